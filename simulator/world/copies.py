"""Copies of JSON documents, for answers that a caller may change."""

from __future__ import annotations

from typing import Any, TypeVar, cast

_Json = TypeVar("_Json")


def copied(value: _Json) -> _Json:
    """Copy objects and lists all the way down; texts, numbers and moments never change and are shared."""
    return cast("_Json", _copied(value))


def _copied(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return {name: _copied(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_copied(member) for member in value]
    return value
