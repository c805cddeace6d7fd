"""Cost against availability, and against the capacity that was lost, for all policies."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import cycle
from pathlib import Path
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from simulator.backtest.comparison import CLAIRVOYANT, Comparison, Figures
from simulator.backtest.report import canvas
from simulator.backtest.report.tables import heading

_TOP: Final = 6.0  # where "all of it" is drawn
_MARKERS: Final = "osD^vP*Xhd<>"


def draw(comparison: Comparison, directory: Path) -> list[Path]:
    """Draw the picture and save it; returns the paths."""
    figures = comparison.figures()
    demand = {outcome.contender: outcome.total.demand_seconds for outcome in comparison.outcomes}
    marks = _marks([line.contender for line in figures])
    with canvas.style():
        figure = Figure(figsize=(13, 5.9))
        left, right = figure.subplots(1, 2)
        figure.subplots_adjust(left=0.07, right=0.84, top=0.74, bottom=0.11, wspace=0.22)
        _panel(left, figures, marks, "time without an outage", lambda f: 1 - f.availability)
        _panel(
            right,
            figures,
            marks,
            "demand that was served",
            lambda f: f.capacity_seconds_lost / demand[f.contender] if demand[f.contender] else 0.0,
        )
        figure.legend(handles=marks.values(), loc="center right", frameon=False, labelcolor="linecolor")
        below = canvas.subtitle(heading(comparison), comparison.weather.caveat)
        title = "Cost against availability: up and to the left is better"
        figure.suptitle(title, x=0.01, y=0.98, ha="left", weight="bold", size=13)
        figure.text(0.01, 0.925, below, ha="left", va="top")
        return canvas.save(figure, directory, "cost-availability")


def height(missing: float) -> float:
    """Return where a share that is missing is drawn: 0.001 at 3; nothing, or next to nothing, at the top."""
    return min(_TOP, -math.log10(missing)) if missing > 0 else _TOP


def _panel(
    axis: Axes,
    lines: Sequence[Figures],
    marks: dict[str, Line2D],
    what: str,
    missing: Callable[[Figures], float],
) -> None:
    for line in lines:
        mark = marks[line.contender]
        axis.plot(
            line.cost_of_on_demand * 100,
            height(missing(line)),
            marker=mark.get_marker(),
            color=mark.get_color(),
            markersize=8,
            alpha=0.85,
            clip_on=False,
        )
    lowest = min((height(missing(line)) for line in lines), default=0.0)
    axis.set_ylim(min(1.0, math.floor(lowest)), _TOP)
    ticks = [float(tick) for tick in range(math.ceil(axis.get_ylim()[0]), int(_TOP))]
    axis.set_yticks([*ticks, _TOP], [*(f"{100 - 100 * 10.0**-tick:.10g} %" for tick in ticks), "all of it"])
    axis.set_xlabel("cost, % of all on-demand")
    axis.set_title(what, loc="left", size=10, weight="bold", pad=12)
    axis.grid(visible=True, color="#eeeeee")
    axis.set_axisbelow(True)
    canvas.bare(axis)


def _marks(contenders: Sequence[str]) -> dict[str, Line2D]:
    """Return a mark for each: ours, the bound and the others by colour, all of them by shape."""
    return {
        name: Line2D([], [], linestyle="", marker=marker, markersize=8, color=_color(name), label=name)
        for name, marker in zip(contenders, cycle(_MARKERS), strict=False)
    }


def _color(contender: str) -> str:
    if contender == CLAIRVOYANT:
        return canvas.BOUND
    return canvas.OURS if contender.startswith(canvas.OURS_PREFIX) else canvas.INK
