"""Pages of a list, as AWS cuts them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from simulator.world.errors import invalid_parameter
from simulator.world.model import Document

ECS_WORDS: Final = ("maxResults", "nextToken")


def page(
    name: str,
    items: Sequence[Any],
    request: Document,
    *,
    default: int,
    most: int,
    words: tuple[str, str] = ECS_WORDS,
) -> Document:
    """Return one page of `items` under `name`, with a token where more follow.

    `words` are what the API calls the size of a page and its token.
    """
    size_word, token_word = words
    size = request.get(size_word) or default
    if not isinstance(size, int) or not 1 <= size <= most:
        raise invalid_parameter(f"{size_word} must be between 1 and {most}.")
    token = request.get(token_word) or "0"
    if not str(token).isdigit():
        raise invalid_parameter("Invalid token")
    first = int(token)
    answer: Document = {name: list(items[first : first + size])}
    if first + size < len(items):
        answer[token_word] = str(first + size)
    return answer
