"""What stands below the lines: how far Terraform is, then every service as it is now."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from simulator.demo.cast import mode_name, name
from simulator.demo.lines import STYLES
from simulator.demo.recording import Recording, State
from simulator.terraform import Progress, Step
from simulator.world import Sample, ServiceKey

# A terminal's usual width, which all of it must fit into.
WIDTH: Final = 80
COLUMNS: Final = (
    ("service", 25),
    ("mode", 8),
    ("weather", 7),
    ("Spot", 4),
    ("on-demand", 9),
    ("serving", 7),
    ("phase", 12),
)
MARKS: Final = (
    ("■", "green", "Spot"),
    ("■", "blue", "on-demand"),
    ("▨", "yellow", "leaving, but serving"),
    ("□", "red", "missing"),
)
SECONDS_PER_MINUTE: Final = 60


@dataclass(slots=True)
class ApplyBoard:
    """A bar for each Terraform root, and what it is at work on."""

    roots: Sequence[str]
    started: float = field(default_factory=time.monotonic)
    newest: dict[str, Progress] = field(default_factory=dict)
    running: dict[str, dict[str, None]] = field(default_factory=dict)

    def note(self, root: str, progress: Progress) -> None:
        """Take in what a root reports."""
        at_work = self.running.setdefault(root, {})
        if progress.step is Step.STARTED:
            at_work[progress.address] = None
        else:
            at_work.pop(progress.address, None)
        self.newest[root] = progress

    def __rich__(self) -> RenderableType:
        """Return the board as it is now."""
        table = Table.grid(padding=(0, 2))
        for root in self.roots:
            progress = self.newest.get(root)
            done, planned = (progress.finished, progress.planned) if progress else (0, 0)
            table.add_row(
                Text(root, style="bold"),
                ProgressBar(total=max(planned, 1), completed=done, width=30, pulse=progress is None),
                f"{done}/{planned}" if planned else "-",
                Text(self._at_work(root), style="dim", overflow="ellipsis", no_wrap=True),
            )
        return Group(
            Text(), table, Text(f"\n{clock(time.monotonic() - self.started)} since the start", "dim")
        )

    def _at_work(self, root: str) -> str:
        if root not in self.newest:
            return "waits, or starts the provider"
        waiting = list(self.running.get(root, {}))
        more = f" and {len(waiting) - 1} more" if len(waiting) > 1 else ""
        return f"{waiting[0]}{more}" if waiting else ""


@dataclass(slots=True)
class ServiceBoard:
    """Every service on two lines: its counts and phase, its tasks and the reason."""

    recording: Recording
    services: Sequence[ServiceKey]
    started: float = field(default_factory=time.monotonic)
    awaited: str = ""

    def __rich__(self) -> RenderableType:
        """Return the board as it is now."""
        rows: list[Text] = []
        for key in self.services:
            state, sample = self.recording.state(key), self.recording.sample(key)
            sample = sample or Sample(self.recording.samples[0].at, key, 0, 0, 0, 0)
            rows += [self._counts(key, sample, state), _reason(sample, state)]
        told = Text.assemble(
            (f"{clock(time.monotonic() - self.started)}  ", "bold"),
            (f"×{self.recording.time_factor:g}  ", "dim"),
            *(part for mark, style, words in MARKS for part in ((mark, style), (f" {words}  ", "dim"))),
            no_wrap=True,
        )
        if self.awaited:
            told.append(f"\n      {self.awaited}", "dim")
        return Group(Text("─" * WIDTH, "dim", overflow="crop", no_wrap=True), _titles(), *rows, told)

    def _counts(self, key: ServiceKey, sample: Sample, state: State | None) -> Text:
        cells = (
            (name(key), "bold"),
            (mode_name(key), "dim"),
            self._weather(key.region),
            (f"{sample.spot_running}", "green"),
            (f"{sample.on_demand_running}", "blue"),
            (
                f"{sample.serving} of {sample.desired}",
                "" if sample.serving >= sample.desired else "bold red",
            ),
            (state.phase.value, STYLES[state.phase]) if state else ("unregistered", "dim"),
        )
        return _row([Text(words, style) for words, style in cells])

    def _weather(self, region: str) -> tuple[str, str]:
        capacity = self.recording.capacity(region)
        if capacity is None:
            return "calm", "green"
        return "drought" if capacity == 0 else f"{capacity} tasks", "bold red"


def _titles() -> Text:
    return _row([Text(title, "dim") for title, _ in COLUMNS])


def _row(cells: Sequence[Text]) -> Text:
    """Return a line whose cells have their columns' widths; a longer one is cut."""
    for cell, (_, width) in zip(cells, COLUMNS, strict=True):
        cell.truncate(width, overflow="ellipsis", pad=True)
    return Text(" ", no_wrap=True, overflow="crop").join(cells)


def _reason(sample: Sample, state: State | None) -> Text:
    """Return the tasks, one by one, and what the hub says about them."""
    words = (state.last_error or state.hold or state.reason) if state else "Nobody looks after it."
    line = Text("  ", no_wrap=True, overflow="ellipsis")
    return line.append_text(_tasks(sample)).append(f"  {words}", "dim")


def _tasks(sample: Sample) -> Text:
    running = sample.spot_running + sample.on_demand_running
    leaving = max(0, sample.serving - running)
    missing = max(0, sample.desired - running - leaving)
    counts = (sample.spot_running, sample.on_demand_running, leaving, missing)
    return Text.assemble(
        *((mark * count, style) for (mark, style, _), count in zip(MARKS, counts, strict=True))
    )


def clock(seconds: float) -> str:
    """Return minutes and seconds."""
    minutes, rest = divmod(int(seconds), SECONDS_PER_MINUTE)
    return f"{minutes}:{rest:02}"
