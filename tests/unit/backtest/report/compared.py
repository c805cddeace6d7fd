"""Small comparisons made by hand: no world, only figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from simulator.backtest.comparison import Comparison
from simulator.backtest.contender import Counts, ServiceSpec
from simulator.backtest.outcome import Outcome
from simulator.backtest.prices import Prices
from simulator.backtest.score import Score
from simulator.backtest.timeline import Step
from simulator.backtest.weather import Change, WeatherPlan

START = datetime(2026, 3, 2, tzinfo=UTC)
END = START + timedelta(days=2)
SPEC = ServiceSpec("111111111111", "eu-west-1", "main", "web", 20, cpu="1024", memory="1024")
DROUGHT = (
    Change(START + timedelta(hours=6), SPEC.region, share=0.5),
    Change(START + timedelta(hours=9), SPEC.region, capacity=0),
    Change(START + timedelta(hours=12), SPEC.region),
)
PLAN = WeatherPlan("a made-up drought", START, END, DROUGHT)
SECONDS = (END - START).total_seconds()


def outcome(
    name: str, *, outages: tuple[float, ...] = (), on_demand: float = 0.0, counts: Counts | None = None
) -> Outcome:
    """Return what came out for somebody who ran this share of the time on-demand."""
    score = Score(
        seconds=SECONDS,
        outage_seconds=sum(outages),
        degraded_seconds=2 * sum(outages),
        capacity_seconds_lost=15 * sum(outages),
        demand_seconds=20 * SECONDS,
        spot_seconds=20 * SECONDS * (1 - on_demand),
        on_demand_seconds=20 * SECONDS * on_demand,
        outages=outages,
    )
    return Outcome(name, {SPEC: score}, counts or Counts(), _timeline(on_demand, bool(outages)))


def comparison(*outcomes: Outcome, caveat: str = "") -> Comparison:
    """Return a comparison of these, or of three that differ in everything."""
    chosen = outcomes or (
        outcome("ours, backfill", outages=(12.4,), on_demand=0.1, counts=Counts(12_345, 3, 2, 1)),
        outcome("all Spot", outages=(3600.0, 7200.0, 90.0)),
        outcome("clairvoyant", on_demand=0.05, counts=Counts(4)),
    )
    return Comparison(replace(PLAN, caveat=caveat), (SPEC,), 7, Prices(), chosen)


def _timeline(on_demand: float, fails: bool) -> tuple[Step, ...]:
    hours = range(48)
    return tuple(
        Step(
            START + timedelta(hours=hour),
            spot=0.0 if hour == 10 and fails else 20 * (1 - on_demand),
            on_demand=20 * on_demand,
            serving=20.0,
            demand=20.0,
            least_serving=0 if hour == 10 and fails else 20,
        )
        for hour in hours
    )
