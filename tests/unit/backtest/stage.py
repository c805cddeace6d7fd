"""Small weather over few services, for runs of a second."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from simulator.backtest.contender import Contender, Counts, ServiceSpec
from simulator.backtest.ours import Ours
from simulator.backtest.outcome import Outcome
from simulator.backtest.run import run
from simulator.backtest.specs import REGION, specs
from simulator.backtest.weather import Change, Interruption, WeatherPlan
from simulator.world import ServiceKey, World
from spot_failover.domain.policy import Mode, Policy, Restore

START = datetime(2026, 3, 2, tzinfo=UTC)
# A calm hour shows a whole restore.
BRISK = Restore(window_seconds=300, backoff_seconds=300, max_backoff_seconds=900)


def minutes(number: float) -> datetime:
    return START + timedelta(minutes=number)


def drought(fleet: Sequence[ServiceSpec], *, left: float = 0.0, length: float = 20) -> WeatherPlan:
    """Half an hour of calm, a drought, and three hours to recover."""
    changes = (Change(minutes(30), REGION, share=left), Change(minutes(30 + length), REGION))
    hits = (Interruption(minutes(5), fleet[0].key), Interruption(minutes(200), fleet[-1].key, 2))
    return WeatherPlan("one drought", START, minutes(240), changes, hits)


def unsettled(fleet: Sequence[ServiceSpec], seed: int) -> WeatherPlan:
    """Six hours in which capacity changes by chance, and tasks are lost besides."""
    random = Random(seed)
    moments = sorted(random.uniform(5, 330) for _ in range(6))
    shares = [random.choice([0.0, 0.3, 0.7, None]) for _ in moments]
    changes = tuple(
        Change(minutes(at), REGION, share=share) for at, share in zip(moments, shares, strict=True)
    )
    hits = tuple(
        Interruption(minutes(at), random.choice(fleet).key, random.randint(1, 3))
        for at in sorted(random.uniform(0, 350) for _ in range(5))
    )
    return WeatherPlan(f"unsettled {seed}", START, minutes(360), changes, hits)


def ours(mode: Mode, *, thorough: bool = False) -> Ours:
    return Ours(Policy(mode=mode, restore=BRISK), thorough=thorough)


def outcome(contender: Contender, plan: WeatherPlan, *, services: int = 2, tasks: int = 6) -> Outcome:
    return run(contender, plan, specs(services, tasks), seed=1)


@dataclass(slots=True)
class Watched:
    """Another contender, and what it is given: the moments of its ticks, and every event as JSON."""

    watched: Contender
    ticks: list[datetime] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.watched.name

    def start(self, world: World, specs: Sequence[ServiceSpec]) -> None:
        self.watched.start(world, specs)

    def event(self, envelope: dict[str, Any], now: datetime) -> None:
        self.events.append(json.loads(json.dumps(envelope)))
        self.watched.event(envelope, now)

    def work(self, now: datetime) -> None:
        self.watched.work(now)

    def tick(self, now: datetime) -> None:
        self.ticks.append(now)
        self.watched.tick(now)

    def quiet(self, now: datetime) -> bool:
        return self.watched.quiet(now)

    def keys(self, spec: ServiceSpec) -> tuple[ServiceKey, ...]:
        return self.watched.keys(spec)

    @property
    def counts(self) -> Counts:
        return self.watched.counts
