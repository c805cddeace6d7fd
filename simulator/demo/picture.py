"""The timeline as a picture: tasks against demand, phases behind them, weather below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from simulator.demo.cast import mode_name
from simulator.demo.recording import Recording, between
from simulator.world import ServiceKey
from spot_failover.domain.record import Phase

DROUGHT: Final = "drought"
SHORTAGE: Final = "shortage"
SPOT: Final = "#2f9e83"
ON_DEMAND: Final = "#3b6fb6"
WEATHER_INK: Final = {SHORTAGE: "#c9a97f", DROUGHT: "#5b4636"}
DRILL: Final = "#a03070"
LEAVING: Final = "#7a7a7a"
INK: Final = "#222222"
SHADES: Final = {
    Phase.FAILING_OVER: "#f4b6ad",
    Phase.ON_DEMAND: "#d5e1f2",
    Phase.RESTORING: "#fbe7b2",
}
CALM: Final = timedelta(seconds=8)
LABELLED_FROM: Final = 0.055  # of the width: a narrower span has no room for its name


@dataclass(frozen=True, slots=True)
class Span:
    """Something that lasted, in seconds since the story began."""

    start: float
    end: float
    name: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One service: steps of its tasks, its phases but `steady`, its weather, its drills."""

    key: ServiceKey
    protected: bool
    times: tuple[float, ...]
    serving: tuple[int, ...]
    spot: tuple[int, ...]
    on_demand: tuple[int, ...]
    desired: tuple[int, ...]
    phases: tuple[Span, ...]
    droughts: tuple[Span, ...]
    drills: tuple[float, ...]


def settled(recording: Recording, services: Sequence[ServiceKey], end: datetime) -> datetime:
    """Return when nothing had happened to any of these services for a while, or the end."""
    happened = [sample.at for sample in recording.samples if sample.key in services]
    happened += [state.since for state in recording.states if state.key in services]
    return min([end, max(happened) + CALM]) if happened else end


def panels(
    recording: Recording, services: Sequence[ServiceKey], start: datetime, end: datetime
) -> list[Panel]:
    """Return what the picture shows of each service from `start` to `end`."""
    return [_panel(recording, key, start, end) for key in services]


def _panel(recording: Recording, key: ServiceKey, start: datetime, end: datetime) -> Panel:
    shown = between(recording.samples, key, start, end)
    shown = [*shown, *shown[-1:]]  # the last one holds until the end
    length = (end - start).total_seconds()
    times = [max(0.0, (sample.at - start).total_seconds()) for sample in shown[:-1]]
    return Panel(
        key=key,
        protected=bool(recording.phases(key)),
        times=(*times, length) if times else (),
        serving=tuple(sample.serving for sample in shown),
        spot=tuple(sample.spot_running for sample in shown),
        on_demand=tuple(sample.on_demand_running for sample in shown),
        desired=tuple(sample.desired for sample in shown),
        phases=_phases(recording, key, start, end),
        droughts=(
            *_since(start, recording.shortages(key, end), SHORTAGE),
            *_since(start, recording.droughts(key.region, end), DROUGHT),
        ),
        drills=_drills(recording, key, start),
    )


def _phases(recording: Recording, key: ServiceKey, start: datetime, end: datetime) -> tuple[Span, ...]:
    entered = recording.phases(key)
    ends = [*(state.since for state in entered[1:]), end][: len(entered)]
    return tuple(
        Span((state.since - start).total_seconds(), (until - start).total_seconds(), state.phase.value)
        for state, until in zip(entered, ends, strict=True)
        if state.phase is not Phase.STEADY
    )


def _drills(recording: Recording, key: ServiceKey, start: datetime) -> tuple[float, ...]:
    ids = {event.event_id for event in recording.spot_events if event.key == key and event.drill}
    return tuple((event.at - start).total_seconds() for event in recording.forwarded if event.event_id in ids)


def _since(start: datetime, spans: list[tuple[datetime, datetime]], name: str) -> tuple[Span, ...]:
    return tuple(
        Span((begin - start).total_seconds(), (until - start).total_seconds(), name) for begin, until in spans
    )


def draw(shown: Sequence[Panel], time_factor: float, directory: Path, name: str) -> list[Path]:
    """Draw the panels and save them under a name as SVG and PNG; returns the paths."""
    mpl.use("Agg")
    with mpl.rc_context(
        {"font.size": 9, "font.family": "DejaVu Sans", "svg.hashsalt": "timeline", "text.color": INK}
    ):
        figure = Figure(figsize=(13, 1.2 + 1.75 * len(shown)), layout="constrained")
        axes = figure.subplots(len(shown), 1, sharex=True, squeeze=False)[:, 0]
        length = max((panel.times[-1] for panel in shown if panel.times), default=1.0)
        for panel, axis in zip(shown, axes, strict=True):
            _draw_panel(axis, panel, length)
        axes[-1].set_xlabel("seconds of this run", labelpad=1)
        minutes = axes[-1].secondary_xaxis(
            -0.36, functions=(lambda x: x * time_factor / 60, lambda x: x * 60 / time_factor)
        )
        minutes.set_xlabel("minutes on AWS")
        figure.suptitle(
            f"Tasks against demand while Spot comes and goes, {time_factor:g} times as fast as on AWS",
            x=0.01,
            ha="left",
            weight="bold",
            size=13,
        )
        figure.legend(handles=_legend(), loc="outside lower left", ncols=5, frameon=False)
        paths = [directory / f"{name}.svg", directory / f"{name}.png"]
        figure.savefig(paths[0], metadata={"Date": None})
        figure.savefig(paths[1], dpi=110)
    return paths


def _draw_panel(axis: Axes, panel: Panel, length: float) -> None:
    both = [spot + on_demand for spot, on_demand in zip(panel.spot, panel.on_demand, strict=True)]
    top = max([*panel.desired, *both, *panel.serving], default=1) * 1.25
    for span in panel.phases:
        axis.axvspan(span.start, span.end, color=SHADES[Phase(span.name)], linewidth=0, zorder=0)
        if span.end - span.start > LABELLED_FROM * length:
            middle = (span.start + span.end) / 2
            axis.text(middle, top * 0.97, span.name.replace("_", " "), ha="center", va="top", size=8)
    axis.fill_between(panel.times, panel.on_demand, step="post", color=ON_DEMAND, linewidth=0, zorder=2)
    axis.fill_between(panel.times, both, panel.on_demand, step="post", color=SPOT, linewidth=0, zorder=2)
    axis.fill_between(
        panel.times,
        panel.serving,
        both,
        where=[serving > running for serving, running in zip(panel.serving, both, strict=True)],
        step="post",
        facecolor="none",
        edgecolor=LEAVING,
        hatch="////",
        linewidth=0,
        zorder=1,
    )
    axis.step(
        panel.times, panel.desired, where="post", color=INK, linestyle=(0, (4, 2)), linewidth=1.2, zorder=3
    )
    for at in panel.drills:
        axis.axvline(at, color=DRILL, linewidth=1.2, zorder=4)
        axis.text(at, 0.97 * top, "drill ", color=DRILL, size=8, ha="right", va="top")
    for span in panel.droughts:
        ink = WEATHER_INK[span.name]
        axis.axvspan(span.start, span.end, ymin=0, ymax=0.06, color=ink, linewidth=0, zorder=4, clip_on=False)
    axis.set_ylim(-0.085 * top, top)
    axis.set_xlim(0, length)
    axis.set_ylabel("tasks")
    axis.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    who = f"mode {mode_name(panel.key)}" if panel.protected else "not registered: nobody looks after it"
    axis.set_title(
        f"{panel.key.cluster}/{panel.key.service}   {panel.key.account} {panel.key.region}   {who}",
        loc="left",
        size=9,
        weight="bold",
    )
    for side in ("top", "right"):
        axis.spines[side].set_visible(False)


def _legend() -> list[Patch | Line2D]:
    return [
        Patch(color=SPOT, label="running on Spot"),
        Patch(color=ON_DEMAND, label="running on demand"),
        Patch(facecolor="none", edgecolor=LEAVING, hatch="////", label="leaving, but serving"),
        Line2D([], [], color=INK, linestyle=(0, (4, 2)), label="desired"),
        Patch(color=WEATHER_INK[SHORTAGE], label="Spot short of this size"),
        Patch(color=WEATHER_INK[DROUGHT], label="Spot drought in the region"),
        *(Patch(color=shade, label=phase.value.replace("_", " ")) for phase, shade in SHADES.items()),
    ]
