"""Pages of a list, as ECS cuts them."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.world.errors import invalid_parameter
from simulator.world.model import Document


def page(name: str, items: Sequence[str], request: Document, *, default: int, most: int) -> Document:
    """Return one page of `items` under `name`, with a token where more follow."""
    size = request.get("maxResults") or default
    if not isinstance(size, int) or not 1 <= size <= most:
        raise invalid_parameter(f"maxResults must be between 1 and {most}.")
    token = request.get("nextToken") or "0"
    if not str(token).isdigit():
        raise invalid_parameter("Invalid token")
    first = int(token)
    answer: Document = {name: list(items[first : first + size])}
    if first + size < len(items):
        answer["nextToken"] = str(first + size)
    return answer
