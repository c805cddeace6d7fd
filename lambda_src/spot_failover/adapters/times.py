"""Times as the tables hold them: ISO 8601 in UTC with milliseconds and Z, so that text sorts like time."""

from __future__ import annotations

from datetime import UTC, datetime


def to_text(time: datetime) -> str:
    """Write a time; what is finer than a millisecond is dropped."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_text(text: str) -> datetime:
    """Read a time back; raise ValueError for anything else."""
    return datetime.fromisoformat(text).astimezone(UTC)


def whole_milliseconds(time: datetime) -> datetime:
    """Return the time as it would be read back: only then can it be compared with one that was."""
    return time.astimezone(UTC).replace(microsecond=time.microsecond // 1000 * 1000)
