"""A small drought by hand, and what a contender made of it, moment by moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from simulator.backtest.contender import Contender, ServiceSpec
from simulator.backtest.outcome import Outcome
from simulator.backtest.run import run
from simulator.backtest.timeline import Step
from simulator.backtest.weather import Change, Interruption, WeatherPlan

START = datetime(2026, 3, 2, tzinfo=UTC)
SPEC = ServiceSpec("111111111111", "eu-west-1", "main", "web", 20)


def minutes(number: float) -> datetime:
    """Return the moment so many minutes after the start."""
    return START + timedelta(minutes=number)


def drought(begin: float, end: float, *, until: float, left: float = 0.0) -> WeatherPlan:
    """Return a shortage between two minutes, in a plan that lasts `until` a third."""
    changes = (Change(minutes(begin), SPEC.region, share=left), Change(minutes(end), SPEC.region))
    return WeatherPlan("drought", START, minutes(until), changes)


def hits(*at: float, count: int = 1, until: float) -> WeatherPlan:
    """Return interruptions at some minutes, while there is always capacity for another task."""
    return WeatherPlan(
        "hits",
        START,
        minutes(until),
        interruptions=tuple(Interruption(minutes(minute), SPEC.key, count) for minute in at),
    )


@dataclass(frozen=True, slots=True)
class Played:
    """What came out."""

    outcome: Outcome
    plan: WeatherPlan

    def at(self, minute: float) -> Step:
        """Return the step of the timeline in which a minute lies."""
        steps = self.outcome.timeline
        share = (minutes(minute) - self.plan.start) / (self.plan.end - self.plan.start)
        return steps[min(len(steps) - 1, int(share * len(steps)))]

    def running(self, minute: float) -> tuple[int, int]:
        """Return how many tasks ran on Spot and on-demand at a minute."""
        step = self.at(minute)
        return round(step.spot), round(step.on_demand)


def play(contender: Contender, plan: WeatherPlan, spec: ServiceSpec = SPEC, seed: int = 1) -> Played:
    """Let one contender keep one service through a plan."""
    return Played(run(contender, plan, [spec], seed), plan)
