"""All Spot tasks of a service lost at once, in every mode.

Each sample is a service in an account of its own, whose Spot capacity ends at a moment of its own and stays
away. The hub hears of it at once here: its own latency is measured elsewhere. The tasks work until SIGKILL
two minutes after their notice, end when they are asked to, or are drained by their load balancer at the
notice. An outage: less than half of demand is served.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from bench.report import Figure
from simulator.backtest.contender import ServiceSpec
from simulator.backtest.ours import Ours
from simulator.backtest.run import run
from simulator.backtest.score import percentile
from simulator.backtest.weather import Change, WeatherPlan
from simulator.world import ExitAt
from simulator.world.behaviours import Behaviour
from simulator.world.latencies import START_TIME, interpolate
from spot_failover.domain.policy import Mode, Policy, Standby

SEEDS: Final = (1, 2)
SERVICES: Final = 40
TASKS: Final = 10
RESERVE: Final = 3
REGION: Final = "eu-west-1"
START: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
LENGTH: Final = timedelta(minutes=10)
# What the published error counters needed, by their own measurements, at the median.
PUBLISHED_P50: Final = 137


@dataclass(frozen=True, slots=True)
class Ending:
    """How tasks end that have notice."""

    name: str
    exit_at: ExitAt
    load_balancer: bool

    @property
    def works_on(self) -> bool:
        """Whether they serve for the two minutes of the notice."""
        return self.exit_at is ExitAt.STOP_TIMEOUT and not self.load_balancer


ENDINGS: Final = (
    Ending("work until SIGKILL", ExitAt.STOP_TIMEOUT, load_balancer=False),
    Ending("gone at SIGTERM", ExitAt.SIGTERM, load_balancer=False),
    Ending("drained at the notice", ExitAt.SIGTERM, load_balancer=True),
)


def figures() -> list[Figure]:
    return [figure for ending in ENDINGS for figure in _of_ending(ending)]


def _of_ending(ending: Ending) -> Iterator[Figure]:
    plain: list[float] = []
    for policy in (
        Policy(mode=Mode.BACKFILL),
        Policy(mode=Mode.BACKFILL, standby=Standby(reserve=RESERVE)),
        Policy(mode=Mode.STANDBY),
        Policy(mode=Mode.SWITCH),
    ):
        outages = [outage for seed in SEEDS for outage in _outages(policy, ending, seed)]
        reserve = policy.standby.reserve
        name = f"{policy.mode}, reserve {reserve} of {TASKS}" if reserve else str(policy.mode)
        what = f"all Spot tasks lost at once, {ending.name}: {name}, outage P50/P95"
        budget, met = _judged(policy, ending, outages, plain)
        yield Figure(what, f"{percentile(outages, 50):.0f} s/{percentile(outages, 95):.0f} s", budget, met)
        plain = plain or outages


def _judged(policy: Policy, ending: Ending, outages: list[float], plain: list[float]) -> tuple[str, bool]:
    """Return the budget in words, and whether it is met; `plain` are the outages without a reserve."""
    p50, p95 = percentile(outages, 50), percentile(outages, 95)
    backfill = policy.mode is Mode.BACKFILL
    if ending.works_on and backfill:
        return "0 s P50", p50 == 0
    if policy.standby.reserve:
        return "less than without a reserve", p50 < percentile(plain, 50)
    slack = 5 if backfill else 10
    health = Behaviour().health_seconds if ending.load_balancer else 0.0
    start = [interpolate(START_TIME, share) + health for share in (0.5, 0.95)]
    words = f"≤ start{' + health check' if health else ''} + {slack} s"
    limits = [seconds + slack for seconds in start]
    budget = f"{words} = {limits[0]:.0f} s/{limits[1]:.0f} s"
    if not backfill:
        budget += f" (error counters, as published: {PUBLISHED_P50} s P50)"
    return budget, p50 <= limits[0] and p95 <= limits[1]


def _outages(policy: Policy, ending: Ending, seed: int) -> list[float]:
    """Return the seconds of outage of every service."""
    random = Random(f"{seed}")
    specs = [
        ServiceSpec(
            str(200_000_000_000 + number),
            REGION,
            "shop",
            "web",
            TASKS,
            load_balancer=ending.load_balancer,
            exit_at=ending.exit_at,
        )
        for number in range(SERVICES)
    ]
    changes = [
        Change(START + timedelta(seconds=random.uniform(60, 120)), REGION, spec.account, capacity=0)
        for spec in specs
    ]
    plan = WeatherPlan("all lost at once", START, START + LENGTH, tuple(sorted(changes, key=lambda c: c.at)))
    outcome = run(Ours(policy), plan, specs, seed)
    return [score.outage_seconds for score in outcome.scores.values()]
