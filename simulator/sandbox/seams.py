"""The places inside ministack where the sandbox puts its own code, checked before anything is served."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from simulator.sandbox import emulator


class SeamError(RuntimeError):
    """A seam is not where the sandbox expects it: another version of ministack, most likely."""


@dataclass(frozen=True, slots=True)
class Seam:
    """One attribute of a ministack module: a function with these parameters, or (None) any other object."""

    module: str
    name: str
    parameters: tuple[str, ...] | None = None

    def __str__(self) -> str:
        return f"ministack.{self.module}.{self.name}"

    def problem(self) -> str | None:
        """Say what is wrong with the seam, or return None."""
        found = getattr(emulator.module(self.module), self.name, None)
        if found is None:
            return f"{self} does not exist"
        if self.parameters is None:
            return None
        if not callable(found):
            return f"{self} is no function"
        parameters = tuple(inspect.signature(found).parameters)
        if parameters != self.parameters:
            return f"{self} takes ({', '.join(parameters)}) instead of ({', '.join(self.parameters)})"
        return None

    def original(self) -> Any:
        """Return what stands at the seam now."""
        return getattr(emulator.module(self.module), self.name)

    def replace(self, replacement: object) -> None:
        """Put something else at the seam; ministack looks its functions up at each call."""
        setattr(emulator.module(self.module), self.name, replacement)


def check(seams: Iterable[Seam]) -> None:
    """Raise one error that names every seam that has moved."""
    problems = [problem for seam in seams if (problem := seam.problem()) is not None]
    if problems:
        raise SeamError(
            f"ministack {emulator.version()} does not fit this sandbox, which was written for "
            f"{emulator.PINNED_VERSION}: {'; '.join(problems)}. "
            f"Install ministack=={emulator.PINNED_VERSION}, or mend the correction that uses the seam."
        )
