"""What can be wrong with weather that somebody gives us."""

from __future__ import annotations

from pathlib import Path


class WeatherFileError(ValueError):
    """A file of weather cannot be used; the message says which line, what is wrong and what to do."""

    def __init__(self, file: Path | str, line: int | None, problem: str) -> None:
        where = f"{file}, line {line}" if line else f"{file}"
        super().__init__(f"{where}: {problem}")
