"""DynamoDB tables in plain Python values: conditional writes, complete queries, errors of ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from boto3.dynamodb.types import Binary, TypeDeserializer, TypeSerializer

from spot_failover.adapters.faults import translated

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Item: TypeAlias = Mapping[str, Any]

_SERIALIZER = TypeSerializer()
_DESERIALIZER = TypeDeserializer()
_DENIED = "Look at the caller's policies and at the table's resource policy, if it has one."


@dataclass(frozen=True, slots=True)
class Table:
    """One table whose hash key is `id`."""

    client: DynamoDBClient
    name: str

    def get(self, key: str) -> dict[str, Any] | None:
        """Read one item consistently."""
        with self._translated("dynamodb:GetItem", key):
            answer = self.client.get_item(TableName=self.name, Key=encoded({"id": key}), ConsistentRead=True)
        return decoded(answer["Item"]) if "Item" in answer else None

    def put(self, item: Item) -> None:
        """Write one item over whatever is there."""
        with self._translated("dynamodb:PutItem", item["id"]):
            self.client.put_item(TableName=self.name, Item=encoded(item))

    def update(
        self,
        key: str,
        *,
        values: Item,
        first: Item | None = None,
        remove: Iterable[str] = (),
        expected: Item | None = None,
    ) -> dict[str, Any]:
        """Set `values`, set those of `first` that are absent, remove others; return the item as it was.

        ConflictError where an attribute is not as `expected` (None: absent).
        """
        words = _Words()
        sets = [f"{words.name(name)} = {words.value(value)}" for name, value in values.items()]
        sets += [
            f"{words.name(name)} = if_not_exists({words.name(name)}, {words.value(value)})"
            for name, value in (first or {}).items()
        ]
        removals = [words.name(name) for name in remove]
        clauses = {"SET": sets, "REMOVE": removals}
        update = " ".join(f"{word} {', '.join(parts)}" for word, parts in clauses.items() if parts)
        condition = words.condition(expected or {})
        with self._translated("dynamodb:UpdateItem", key):
            answer = self.client.update_item(
                TableName=self.name,
                Key=encoded({"id": key}),
                UpdateExpression=update,
                ReturnValues="ALL_OLD",
                **words.as_arguments(condition),
            )
        return decoded(answer.get("Attributes", {}))

    def delete(self, key: str, expected: Item | None = None) -> None:
        """Delete one item, if there is one; ConflictError where an attribute is not as `expected`."""
        words = _Words()
        condition = words.condition(expected or {})
        with self._translated("dynamodb:DeleteItem", key):
            self.client.delete_item(
                TableName=self.name, Key=encoded({"id": key}), **words.as_arguments(condition)
            )

    def query(self, subject: str, **request: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - botocore's own
        """Yield every item that a Query finds; `ExpressionAttributeValues` are given plain."""
        values = encoded(request.pop("ExpressionAttributeValues"))
        with self._translated("dynamodb:Query", subject):
            pages = self.client.get_paginator("query").paginate(
                TableName=self.name, ExpressionAttributeValues=values, **request
            )
            for page in pages:
                yield from (decoded(item) for item in page["Items"])

    def _translated(self, call: str, key: str) -> AbstractContextManager[None]:
        return translated(call, f"{key} in table {self.name}", denied=_DENIED)


class _Words:
    """The placeholders of one request: some of our attribute names are reserved words."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._values: dict[str, Any] = {}

    def name(self, attribute: str) -> str:
        return self._names.setdefault(attribute, f"#{len(self._names)}")

    def value(self, value: object) -> str:
        placeholder = f":{len(self._values)}"
        self._values[placeholder] = value
        return placeholder

    def condition(self, expected: Item) -> str:
        return " AND ".join(
            f"attribute_not_exists({self.name(name)})"
            if value is None
            else f"{self.name(name)} = {self.value(value)}"
            for name, value in expected.items()
        )

    def as_arguments(self, condition: str) -> dict[str, Any]:
        arguments = {
            "ConditionExpression": condition,
            "ExpressionAttributeNames": {placeholder: name for name, placeholder in self._names.items()},
            "ExpressionAttributeValues": encoded(self._values),
        }
        return {name: argument for name, argument in arguments.items() if argument}


def encoded(item: Item) -> dict[str, Any]:
    """Return an item in DynamoDB's wire form."""
    return {name: _SERIALIZER.serialize(_storable(value)) for name, value in item.items()}


def decoded(item: Item) -> dict[str, Any]:
    """Return an item in plain Python values; numbers as int where they are whole."""
    return {name: _plain(_DESERIALIZER.deserialize(value)) for name, value in item.items()}


def _storable(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    match value:
        case float():
            return Decimal(str(value))
        case Mapping():
            return {name: _storable(member) for name, member in value.items()}
        case list() | tuple():
            return [_storable(member) for member in value]
        case _:
            return value


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    match value:
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case Binary():
            return bytes(value)  # type: ignore[call-overload]  # which its stub does not know
        case dict():
            return {name: _plain(member) for name, member in value.items()}
        case list():
            return [_plain(member) for member in value]
        case _:
            return value
