"""Where the command line is used: what it writes to, whom it asks and what time it is there."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TextIO

_CLEAR = "\033[H\033[2J"


def _interactive() -> bool:
    return sys.stdin.isatty()


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Terminal:
    """A terminal, or what a script gives in its place."""

    out: TextIO = field(default_factory=lambda: sys.stdout)
    err: TextIO = field(default_factory=lambda: sys.stderr)
    read: Callable[[], str] = input
    interactive: bool = field(default_factory=_interactive)
    now: Callable[[], datetime] = _now
    sleep: Callable[[float], None] = time.sleep

    def say(self, text: str = "") -> None:
        """Write what was asked for."""
        self.out.write(f"{text}\n")
        self.out.flush()

    def complain(self, text: str) -> None:
        """Write what went wrong."""
        self.err.write(f"spotfailover: {text}\n")

    def ask(self, question: str) -> str:
        """Return what somebody types; nothing where they are gone."""
        self.err.write(question)
        self.err.flush()
        try:
            return self.read().strip()
        except EOFError:
            return ""

    def clear(self) -> None:
        """Begin a new screen, where there is one."""
        if self.out.isatty():
            self.out.write(_CLEAR)
