"""DynamoDB's attribute values and plain Python ones: what the items hold, which is what JSON can hold.

boto3's own conversion would bring boto3's resources with it, a sixth of a cold start, and Decimal for every
number.
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

Item: TypeAlias = Mapping[str, Any]


def encoded(item: Item) -> dict[str, Any]:
    """Return an item in DynamoDB's form; raise TypeError for a value that JSON cannot hold."""
    return {name: _encoded(value) for name, value in item.items()}


def decoded(item: Item) -> dict[str, Any]:
    """Return an item in plain values; raise TypeError for a set or binary value, which we never write."""
    return {name: _decoded(value) for name, value in item.items()}


def _encoded(value: object) -> dict[str, Any]:
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": str(value)}
        case int() | float():
            return {"N": repr(value)}
        case Mapping():
            return {"M": encoded(value)}
        case list() | tuple():
            return {"L": [_encoded(member) for member in value]}
        case _:
            raise TypeError(f"{value!r} cannot be stored.")


def _decoded(value: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON value
    ((kind, content),) = value.items()
    match kind:
        case "NULL":
            return None
        case "BOOL" | "S":
            return content
        case "N":
            return _number(content)
        case "M":
            return decoded(content)
        case "L":
            return [_decoded(member) for member in content]
        case _:
            raise TypeError(f"An attribute of type {kind} is none of ours.")


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        return float(text)
