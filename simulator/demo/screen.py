"""Where the demo talks: lines above a board, or lines alone where there is no terminal."""

from __future__ import annotations

import sys
import textwrap
import time
from types import TracebackType
from typing import Final, Self

from rich.console import Console, RenderableType
from rich.live import Live
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from simulator.demo import lines
from simulator.demo.board import ApplyBoard, clock
from simulator.demo.lines import Line
from simulator.terraform import Progress, Step

REFRESHED_PER_SECOND: Final = 4
INDENT: Final = 9
# Without a terminal a line about a service is as long as it is, all else fits into this; progress is told at
# this pace.
PLAIN_WIDTH: Final = 80
PLAIN_PROGRESS_SECONDS: Final = 5.0
PLAIN_SILENCE_SECONDS: Final = 10.0


class Screen:
    """Prints to standard output; use as a context manager, so that the terminal is left in order."""

    def __init__(self) -> None:
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(errors="replace")  # not every log is in UTF-8
        self.is_terminal = sys.stdout.isatty()
        self._console = Console(
            highlight=False,
            soft_wrap=not self.is_terminal,
            width=None if self.is_terminal else PLAIN_WIDTH,
            no_color=None if self.is_terminal else True,
        )
        self._live = Live(console=self._console, refresh_per_second=REFRESHED_PER_SECOND, transient=True)
        self._told_progress = 0.0
        self._spoke = time.monotonic()

    def __enter__(self) -> Self:
        """Start to keep the board up to date."""
        if self.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Take the board away."""
        if self.is_terminal:
            self._live.stop()

    def show(self, board: RenderableType) -> None:
        """Put another board below the lines."""
        if self.is_terminal:
            self._live.update(board, refresh=True)

    def heading(self, words: str) -> None:
        """Begin a part of the run."""
        self._console.print()
        if self.is_terminal:
            self._console.print(Rule(Text(words, "bold"), align="left", style="dim"))
        else:
            self._console.print(f"== {words}")

    def say(self, words: str | RenderableType, style: str | None = None) -> None:
        """Print something."""
        if isinstance(words, str):
            words = Text(words, style or "")
        self._console.print(words)
        self._spoke = time.monotonic()

    def quote(self, command: str, prompt: str = "$ ") -> None:
        """Print a command as it is typed, unbroken."""
        self._console.print(Text(f"{prompt}{command}", "cyan"), soft_wrap=True)

    def explain(self, words: str) -> None:
        """Print a paragraph, broken into lines of the screen's width."""
        self.say(words if self.is_terminal else textwrap.fill(words, PLAIN_WIDTH))

    def tell(self, line: Line) -> None:
        """Print what the hub saw, decided or did."""
        if self.is_terminal:
            self._console.print(lines.head(line))
            below = Table.grid(padding=(0, 1, 0, 0))
            below.add_column(width=INDENT, justify="right")
            below.add_row(lines.marker(line), lines.body(line))
            self._console.print(below)
        else:
            self._console.print(Text(lines.plain(line)))
        self._spoke = time.monotonic()

    def still(self, awaited: str) -> None:
        """Show that the run goes on, where no board does."""
        now = time.monotonic()
        if not self.is_terminal and now - self._spoke >= PLAIN_SILENCE_SECONDS:
            self.say(f"... {awaited}")

    def progress(self, board: ApplyBoard, root: str, progress: Progress) -> None:
        """Show how far Terraform is; called from the threads that apply."""
        board.note(root, progress)
        now = time.monotonic()
        last_one = progress.step is Step.FINISHED and progress.finished == progress.planned
        if self.is_terminal or (now - self._told_progress < PLAIN_PROGRESS_SECONDS and not last_one):
            return
        self._told_progress = now
        done = f"{progress.finished}/{progress.planned}"
        self._console.print(f"{clock(now - board.started)}  terraform {root}: {done}  {progress.address}")
