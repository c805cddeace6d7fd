"""What a sweep found, by setting: each value beside the others, its default marked."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simulator.backtest.outcome import Outcome
from simulator.backtest.prices import Prices
from simulator.backtest.report.columns import availability
from simulator.backtest.score import added_up
from simulator.backtest.sweep.variations import VALUES, Variation, default_of
from spot_failover.domain.policy import Mode

HEADER = ("weather", "available", "lost of demand", "of clairvoyant", "failovers", "restores", "failed")


@dataclass(frozen=True, slots=True)
class Line:
    """One policy in one kind of weather, over all its seeds or files."""

    variation: Variation
    weather: str
    availability: float
    lost: float  # share of demand
    of_clairvoyant: float
    failovers: int
    restores: int
    failed_restores: int


def line(
    variation: Variation, weather: str, outcomes: Sequence[Outcome], bounds: Sequence[Outcome], prices: Prices
) -> Line:
    """Add up what one policy did in one kind of weather, against the clairvoyant in the same."""
    total = added_up(outcome.total for outcome in outcomes)
    cost = sum(outcome.cost(prices) for outcome in outcomes)
    return Line(
        variation,
        weather,
        total.availability,
        total.capacity_seconds_lost / total.demand_seconds,
        cost / sum(outcome.cost(prices) for outcome in bounds),
        sum(outcome.counts.failovers for outcome in outcomes),
        sum(outcome.counts.restores for outcome in outcomes),
        sum(outcome.counts.failed_restores for outcome in outcomes),
    )


def markdown(lines: Sequence[Line], about: str) -> str:
    """Return a table for each setting and mode."""
    found = {(each.variation, each.weather): each for each in lines}
    weathers = list(dict.fromkeys(each.weather for each in lines))
    parts = [about]
    for part, field, values, modes in VALUES:
        setting = f"{part}.{field}"
        if any(each.variation.setting == setting for each in lines):
            for mode in modes:
                rows = [_rows(found, weathers, _variation(mode, setting, value), value) for value in values]
                parts += [
                    "",
                    f"### `{setting}`, mode `{mode}`",
                    "",
                    _head(),
                    *(row for r in rows for row in r),
                ]
    return "\n".join(parts) + "\n"


def csv_text(lines: Sequence[Line]) -> str:
    """Return all lines with unrounded figures."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        [
            *("mode", "setting", "value", "weather", "availability", "lost_share", "cost_of_clairvoyant"),
            *("failovers", "restores", "failed_restores"),
        ]
    )
    for each in lines:
        kind = each.variation
        value = "" if kind.value is None else kind.value
        figures = [f"{each.availability:.9f}", f"{each.lost:.9f}", f"{each.of_clairvoyant:.6f}"]
        counts = [each.failovers, each.restores, each.failed_restores]
        writer.writerow([kind.mode, kind.setting or "", value, each.weather, *figures, *counts])
    return text.getvalue()


def _variation(mode: Mode, setting: str, value: int) -> Variation:
    return Variation(mode) if value == default_of(mode, setting) else Variation(mode, setting, value)


def _head() -> str:
    return f"| value | {' | '.join(HEADER)} |\n|--:|---|{'--:|' * (len(HEADER) - 1)}"


def _rows(
    found: Mapping[tuple[Variation, str], Line], weathers: Sequence[str], variation: Variation, value: int
) -> list[str]:
    rows = []
    for weather in weathers:
        each = found.get((variation, weather))
        if each is not None:
            mark = f"**{value}**" if variation.setting is None else f"{value}"
            figures = [
                availability(each.availability),
                f"{each.lost * 100:.3f} %",
                f"{each.of_clairvoyant:.3f}",
            ]
            counts = [f"{each.failovers}", f"{each.restores}", f"{each.failed_restores}"]
            rows.append("| " + " | ".join([mark, weather, *figures, *counts]) + " |")
    return rows
