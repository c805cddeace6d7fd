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

from simulator.demo.lines import STYLES
from simulator.demo.recording import Recording
from simulator.terraform import Progress, Step
from simulator.world import Sample, ServiceKey

TASK: Final = "■"
# The narrowest that each may become; what the screen lacks, the service's name gives.
COLUMNS: Final = (("service", 20), ("weather", 8), ("tasks", 8), ("serving", 7), ("phase", 12))
LEAVING: Final = "▨"
MISSING: Final = "□"
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
    """Every service: its region's weather, its tasks, its phase."""

    recording: Recording
    services: Sequence[ServiceKey]
    started: float = field(default_factory=time.monotonic)
    awaited: str = ""

    def __rich__(self) -> RenderableType:
        """Return the board as it is now."""
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
        for title, width in COLUMNS:
            table.add_column(title, no_wrap=True, min_width=width)
        for key in self.services:
            state, sample = self.recording.state(key), self.recording.sample(key)
            sample = sample or Sample(self.recording.samples[0].at, key, 0, 0, 0, 0)
            table.add_row(
                Text.assemble((f"{key.region} ", "dim"), (f"{key.cluster}/{key.service}", "bold")),
                self._weather(key.region),
                _tasks(sample),
                Text(
                    f"{sample.serving} of {sample.desired}",
                    "" if sample.serving >= sample.desired else "bold red",
                ),
                Text(state.phase.value, STYLES[state.phase]) if state else Text("unregistered", "dim"),
            )
        factor = self.recording.time_factor
        told = Text.assemble(
            (f"{clock(time.monotonic() - self.started)}  ", "bold"),
            (f"×{factor:g}  ", "dim"),
            (TASK, "green"),
            (" Spot  ", "dim"),
            (TASK, "blue"),
            (" on-demand  ", "dim"),
            (LEAVING, "yellow"),
            (" leaving, but serving  ", "dim"),
            (MISSING, "red"),
            (" missing", "dim"),
        )
        if self.awaited:
            told.append(f"\n      {self.awaited}", "dim")
        return Group(Text("─" * 100, "dim", overflow="crop", no_wrap=True), table, told)

    def _weather(self, region: str) -> Text:
        capacity = self.recording.capacity(region)
        if capacity is None:
            return Text("calm", "green")
        return Text("drought" if capacity == 0 else f"{capacity} tasks", "bold red")


def _tasks(sample: Sample) -> Text:
    running = sample.spot_running + sample.on_demand_running
    leaving = max(0, sample.serving - running)
    missing = max(0, sample.desired - running - leaving)
    return Text.assemble(
        (TASK * sample.spot_running, "green"),
        (TASK * sample.on_demand_running, "blue"),
        (LEAVING * leaving, "yellow"),
        (MISSING * missing, "red"),
    )


def clock(seconds: float) -> str:
    """Return minutes and seconds."""
    minutes, rest = divmod(int(seconds), SECONDS_PER_MINUTE)
    return f"{minutes}:{rest:02}"
