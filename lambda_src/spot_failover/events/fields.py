"""Read fields of decoded JSON, and say in a sentence which one is not what it should be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeAlias, cast

from spot_failover.events.errors import MalformedEventError, quoted

JsonObject: TypeAlias = Mapping[str, object]


def text(source: JsonObject, key: str, *, of: str = "the event") -> str | None:
    """Return a string field, or None where it is absent or null."""
    value = source.get(key)
    if value is None or isinstance(value, str):
        return value
    raise MalformedEventError(f"The field {key!r} of {of} is {quoted(value)}, but must be a string.")


def required_text(source: JsonObject, key: str, *, of: str = "the event") -> str:
    """Return a string field that every such event has."""
    value = text(source, key, of=of)
    if not value:
        raise MalformedEventError(f"The field {key!r} of {of} is missing or empty.")
    return value


def texts(source: JsonObject, key: str, *, of: str = "the event") -> tuple[str, ...]:
    """Return a list of strings; absent and null as an empty one.

    One string counts as a list of it, as it does for an event pattern.
    """
    value = source.get(key)
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise MalformedEventError(f"The field {key!r} of {of} is {quoted(value)}, but must be a list of strings.")


def required_object(source: JsonObject, key: str, *, of: str = "the event") -> JsonObject:
    """Return a field that holds a JSON object."""
    value = source.get(key)
    if isinstance(value, dict):
        return cast("JsonObject", value)
    if value is None:
        raise MalformedEventError(f"The field {key!r} of {of} is missing.")
    raise MalformedEventError(f"The field {key!r} of {of} is {quoted(value)}, but must be a JSON object.")


def moment(source: JsonObject, key: str, *, of: str = "the event") -> datetime | None:
    """Return an ISO 8601 time in UTC, or None where it is absent or null."""
    value = text(source, key, of=of)
    if value is None:
        return None
    try:
        read = datetime.fromisoformat(value)
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise MalformedEventError(
            f"The field {key!r} of {of} is {quoted(value)}, which is not an ISO 8601 time."
        ) from error
