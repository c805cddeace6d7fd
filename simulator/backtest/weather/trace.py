"""Weather from a CSV file: `t_seconds,available[,preempted_count]` after comment lines that begin with `#`.

    # max_available: 4
    t_seconds,available,preempted_count
    0,4,0
    300,3,1

`available` is how many of `max_available` instances (or zones) there were from that second on: 0 and 1, or a
count. `max_available` is taken from the comment or else is the highest value of the file. The pool is scaled
to the services: 3 of 4 means capacity for three quarters of demand, all of them means no limit, and none
means that all Spot tasks get their notice. `preempted_count` is only used as far as it exceeds what the fall
of `available` takes anyway: so many were lost and replaced within one step.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Final

from simulator.backtest.contender import ServiceSpec
from simulator.backtest.weather.errors import WeatherFileError
from simulator.backtest.weather.plan import Change, Interruption, WeatherPlan

COLUMNS: Final = ("t_seconds", "available", "preempted_count")
_REQUIRED: Final = 2
_MAX_AVAILABLE: Final = re.compile(r"#\s*max_available:\s*(\d+)\s*$")


@dataclass(frozen=True, slots=True)
class Row:
    """One sample: it holds until the next one."""

    seconds: float
    available: int
    preempted: int


@dataclass(frozen=True, slots=True)
class Trace:
    """A file as it was read; `highest` is the `available` that means no shortage."""

    name: str
    highest: int
    rows: tuple[Row, ...]

    @property
    def seconds(self) -> float:
        """How long it lasts: its last sample holds for one more step."""
        last = self.rows[-1].seconds - self.rows[0].seconds
        return last + (last / (len(self.rows) - 1) if len(self.rows) > 1 else 0)

    def weather(
        self, specs: Sequence[ServiceSpec], start: datetime, days: float | None = None
    ) -> WeatherPlan:
        """Return the trace as weather of all regions of these services, from `start` on."""
        regions = sorted({spec.region for spec in specs})
        length = self.seconds if days is None else min(self.seconds, days * 86_400)
        changes: list[Change] = []
        hits: list[Interruption] = []
        before: Row | None = None
        for row in self.rows:
            offset = row.seconds - self.rows[0].seconds
            if offset >= length:
                break
            at = start + timedelta(seconds=offset)
            if before is None or row.available != before.available:
                share = None if row.available >= self.highest else row.available / self.highest
                changes += [Change(at, region, share=share) for region in regions]
            replaced = row.preempted - max(0, (before.available if before else 0) - row.available)
            if replaced > 0:
                hits += [
                    Interruption(at, spec.key, max(1, round(spec.desired * replaced / self.highest)))
                    for spec in specs
                ]
            before = row
        return WeatherPlan(self.name, start, start + timedelta(seconds=length), tuple(changes), tuple(hits))

    def spells(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Return the lengths in seconds for which there was any capacity, and for which there was none.

        The first and the last spell are left out, for the file cuts them.
        """
        turns = [self.rows[0]]
        for row in self.rows:
            if (row.available > 0) != (turns[-1].available > 0):
                turns.append(row)
        lengths = [(first.available > 0, second.seconds - first.seconds) for first, second in pairwise(turns)]
        whole = lengths[1:]
        return (
            tuple(seconds for there, seconds in whole if there),
            tuple(seconds for there, seconds in whole if not there),
        )


def read(path: Path) -> Trace:
    """Return the trace in a file; raises WeatherFileError."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WeatherFileError(path, None, f"cannot be read as UTF-8 text: {error}.") from error
    return parse(text.splitlines(), path)


def parse(lines: Iterable[str], name: Path | str) -> Trace:
    """Return the trace in these lines; raises WeatherFileError with the number of the bad line."""
    highest: int | None = None
    header = False
    rows: list[Row] = []
    for number, line in enumerate(lines, start=1):
        if line.startswith("#"):
            stated = _MAX_AVAILABLE.match(line)
            highest = int(stated[1]) if stated else highest
        elif line.strip():
            fields = [field.strip() for field in next(csv.reader([line]))]
            if not header:
                _check_header(fields, name, number)
                header = True
            else:
                rows.append(_row(fields, rows[-1] if rows else None, name, number))
    if not rows:
        raise WeatherFileError(
            name, None, f"has no samples; give a header {','.join(COLUMNS[:2])} and a line for each sample."
        )
    top = max(row.available for row in rows)
    if highest is not None and highest < top:
        raise WeatherFileError(
            name, None, f"says max_available: {highest}, but a sample has {top}; correct one of them."
        )
    return Trace(Path(name).stem, highest or max(1, top), tuple(rows))


def _check_header(fields: Sequence[str], name: Path | str, number: int) -> None:
    if tuple(fields) not in {COLUMNS, COLUMNS[:_REQUIRED]}:
        raise WeatherFileError(
            name,
            number,
            f"the header is {','.join(fields)!r}, but must be {','.join(COLUMNS[:2])}[,{COLUMNS[2]}].",
        )


def _row(fields: Sequence[str], before: Row | None, name: Path | str, number: int) -> Row:
    if not _REQUIRED <= len(fields) <= len(COLUMNS):
        raise WeatherFileError(
            name, number, f"there are {len(fields)} fields; give {','.join(COLUMNS[:2])}[,{COLUMNS[2]}]."
        )
    values: list[float] = []
    for column, field in zip(COLUMNS, [*fields, ""][: len(COLUMNS)], strict=False):
        values.append(_number(column, field, name, number))
    row = Row(values[0], int(values[1]), int(values[2]) if len(values) > _REQUIRED else 0)
    if before is not None and row.seconds <= before.seconds:
        raise WeatherFileError(
            name, number, f"t_seconds is {fields[0]}, not after the line before; sort the file by time."
        )
    return row


def _number(column: str, field: str, name: Path | str, number: int) -> float:
    if column == COLUMNS[2] and not field:
        return 0  # unknown
    whole = column != COLUMNS[0]
    try:
        value = int(field) if whole else float(field)
    except ValueError:
        value = -1
    if not 0 <= value < float("inf"):
        kind = "a whole number of 0 or more" if whole else "a number of seconds, 0 or more"
        raise WeatherFileError(name, number, f"{column} is {field!r}, but must be {kind}.")
    return value
