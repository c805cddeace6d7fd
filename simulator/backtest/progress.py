"""How far each contender has come: a bar for each on a terminal, a line at each end elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn


class Bars:
    """A context in which `update` shows the shares that are done."""

    def __init__(self, console: Console, names: Sequence[str]) -> None:
        self._console = console
        self._names = names
        self._told: set[int] = set()
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._bars = [self._progress.add_task(name, total=1.0, start=False) for name in names]

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def update(self, shares: Sequence[float]) -> None:
        """Show how far each has come, 1.0 being done."""
        for index, (bar, share) in enumerate(zip(self._bars, shares, strict=True)):
            if share > 0:
                self._progress.start_task(bar)
            self._progress.update(bar, completed=share)
            if share >= 1 and index not in self._told:
                self._told.add(index)
                if not self._console.is_terminal:
                    self._console.print(f"backtest: {self._names[index]} is done")
