"""Which weather over which services, by the words of the command line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from simulator.backtest.contender import ServiceSpec
from simulator.backtest.specs import specs
from simulator.backtest.weather import (
    WeatherPlan,
    droughts_and_interruptions,
    flapping,
    own_events,
    trace,
)
from simulator.backtest.weather.estimate import estimate

GENERATED: Final = "generated"
FLAPPING: Final = "flapping"
START: Final = datetime(2026, 3, 2, tzinfo=UTC)


class UnknownWeatherError(ValueError):
    """There is no such weather; the message says what to give instead."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """What all contenders meet."""

    plan: WeatherPlan
    specs: tuple[ServiceSpec, ...]


def scenario(weather: str, *, services: int, tasks: int, days: int, seed: int) -> Scenario:
    """Return the weather of that name, or of that file, over so many services of so many tasks.

    A trace lasts no longer than `days`. One's own events bring their services and their time with them.
    Raises UnknownWeatherError and WeatherFileError.
    """
    path = Path(weather)
    if path.suffix in {".jsonl", ".ndjson"}:
        return _estimated(path)
    fleet = specs(services, tasks)
    if weather == GENERATED:
        return Scenario(droughts_and_interruptions(fleet, START, days, seed), fleet)
    if weather == FLAPPING:
        regions = sorted({spec.region for spec in fleet})
        return Scenario(flapping(regions, START, days, seed), fleet)
    if path.suffix == ".csv":
        return Scenario(trace.read(path).weather(fleet, START, days), fleet)
    raise UnknownWeatherError(
        f"There is no weather {weather!r}. Give {GENERATED}, {FLAPPING}, a trace that ends in .csv, or your "
        "own events in a file that ends in .jsonl."
    )


def _estimated(path: Path) -> Scenario:
    estimated = estimate(own_events.read(path))
    if estimated.plan.end <= estimated.plan.start:
        raise UnknownWeatherError(f"All events of {path} are of one moment. Give those of a day or more.")
    return Scenario(estimated.plan, estimated.specs)
