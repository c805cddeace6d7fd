"""AWS takes lists in pieces of a limited length."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")


def batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield the items in order, `size` at a time."""
    rest = iter(items)
    while piece := list(islice(rest, size)):
        yield piece
