"""What was used, by name, and sums of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TypeAlias

Usage: TypeAlias = Mapping[str, float]


class Book:
    """Counts what is used until somebody takes the sums."""

    def __init__(self) -> None:
        self._sums: dict[str, float] = defaultdict(float)

    def count(self, name: str, number: float = 1) -> None:
        """Add to a sum."""
        self._sums[name] += number

    def taken(self) -> Usage:
        """Return the sums, and begin anew."""
        sums, self._sums = self._sums, defaultdict(float)
        return dict(sums)


def total(*parts: Usage) -> Usage:
    """Return the sums over several parts."""
    return {name: sum(part.get(name, 0) for part in parts) for part in parts for name in part}


def times(usage: Usage, factor: float) -> Usage:
    """Return a multiple."""
    return {name: number * factor for name, number in usage.items()}


def beyond(usage: Usage, base: Usage) -> Usage:
    """Return how much more was used than at base, and nothing where it was less."""
    return {name: max(0.0, number - base.get(name, 0)) for name, number in usage.items()}
