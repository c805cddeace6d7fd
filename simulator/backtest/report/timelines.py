"""What ran over time, a row for each policy: Spot and on-demand against demand, outages, and the weather."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from simulator.backtest.comparison import Comparison
from simulator.backtest.report import canvas
from simulator.backtest.report.tables import heading
from simulator.backtest.timeline import Step
from simulator.backtest.weather import WeatherPlan
from simulator.world.figures import OUTAGE_BELOW

_DAY: Final = 86_400.0
_ROW: Final = 1.15  # inches


def draw(comparison: Comparison, directory: Path) -> list[Path]:
    """Draw the picture and save it; returns the paths."""
    plan, outcomes = comparison.weather, comparison.outcomes
    height = 1.85 + _ROW * len(outcomes)
    with canvas.style():
        figure = Figure(figsize=(13, height))
        rows = figure.subplots(len(outcomes), 1, sharex=True, squeeze=False)[:, 0]
        figure.subplots_adjust(left=0.06, right=0.99, top=1 - 1.3 / height, bottom=0.75 / height, hspace=0.45)
        for axis, outcome in zip(rows, outcomes, strict=True):
            _row(axis, outcome.contender, outcome.timeline, plan)
        rows[-1].set_xlabel("days")
        figure.legend(handles=_legend(), loc="lower left", ncols=5, frameon=False)
        figure.suptitle(
            "What ran, against demand", x=0.01, y=1 - 0.1 / height, ha="left", weight="bold", size=13
        )
        below = canvas.subtitle(heading(comparison), plan.caveat)
        figure.text(0.01, 1 - 0.42 / height, below, ha="left", va="top")
        return canvas.save(figure, directory, "timelines")


def _row(axis: Axes, name: str, timeline: Sequence[Step], plan: WeatherPlan) -> None:
    length = (plan.end - plan.start).total_seconds() / _DAY
    steps = _changes(timeline)
    times = [*(_days(step.at, plan) for step in steps), length]
    held = [*steps, *steps[-1:]]
    on_demand = [step.on_demand for step in held]
    both = [step.spot + step.on_demand for step in held]
    demand = [step.demand for step in held]
    top = max([*both, *demand], default=1.0) * 1.12
    axis.fill_between(times[: len(held)], on_demand, step="post", color=canvas.ON_DEMAND, linewidth=0)
    axis.fill_between(times[: len(held)], both, on_demand, step="post", color=canvas.SPOT, linewidth=0)
    axis.step(times[: len(held)], demand, where="post", color=canvas.INK, linestyle=(0, (4, 2)), linewidth=1)
    for begin, end in _outages(timeline, plan):
        axis.axvspan(begin, end, ymin=0.94, ymax=1, color=canvas.OUTAGE, linewidth=0.4)
    for begin, end, share in shortages(plan):
        axis.axvspan(begin, end, ymin=0, ymax=0.07, color=canvas.DROUGHT, alpha=1 - 0.7 * share, linewidth=0)
    axis.set_ylim(-0.09 * top, top)
    axis.set_xlim(0, length)
    axis.set_ylabel("tasks")
    color = canvas.OURS if name.startswith(canvas.OURS_PREFIX) else canvas.INK
    axis.set_title(name, loc="left", size=9, weight="bold", pad=3, color=color)
    canvas.bare(axis)


def _changes(timeline: Sequence[Step]) -> list[Step]:
    """Leave out the steps that say what the one before said: a quiet month is one rectangle."""
    kept: list[Step] = []
    for step in timeline:
        figures = (step.spot, step.on_demand, step.demand)
        if not kept or figures != (kept[-1].spot, kept[-1].on_demand, kept[-1].demand):
            kept.append(step)
    return kept


def _outages(timeline: Sequence[Step], plan: WeatherPlan) -> list[tuple[float, float]]:
    """Return the spans in which all services together served less than half at some moment."""
    length = (plan.end - plan.start).total_seconds() / _DAY / max(1, len(timeline))
    return [
        (_days(step.at, plan), _days(step.at, plan) + length)
        for step in timeline
        if step.least_serving < OUTAGE_BELOW * step.demand
    ]


def shortages(plan: WeatherPlan) -> list[tuple[float, float, float]]:
    """Return the spans of short capacity in any pool, with the share that was left where that is known."""
    spans = []
    since: dict[tuple[str | None, str], tuple[float, float]] = {}
    for change in plan.changes:
        pool = (change.account, change.region)
        if pool in since:
            begin, share = since.pop(pool)
            spans.append((begin, _days(change.at, plan), share))
        if change.share is not None or change.capacity is not None:
            left = (change.share or 0.0) if change.takes_running else 1.0
            since[pool] = (_days(change.at, plan), min(1.0, left))
    ends = _days(plan.end, plan)
    return [*spans, *((begin, ends, share) for begin, share in since.values())]


def _days(at: datetime, plan: WeatherPlan) -> float:
    return (at - plan.start).total_seconds() / _DAY


def _legend() -> list[Patch | Line2D]:
    return [
        Patch(color=canvas.SPOT, label="running on Spot"),
        Patch(color=canvas.ON_DEMAND, label="running on demand"),
        Line2D([], [], color=canvas.INK, linestyle=(0, (4, 2)), label="demand"),
        Patch(color=canvas.OUTAGE, label="less than half of it served"),
        Patch(color=canvas.DROUGHT, label="Spot is short"),
    ]
