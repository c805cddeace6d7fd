"""DynamoDB in memory, by the requests that the adapters send, with the request units that it would bill.

Sizes and units: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/capacity-unit-calculations.html
"""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from botocore.exceptions import ClientError

Item = dict[str, Any]
# Told of each call: its name, and the read and write units that it takes.
Told = Callable[[str, float, float], None]

_READ_UNIT: Final = 4096
_WRITE_UNIT: Final = 1024
_PAGE: Final = 1_000_000
_SET: Final = re.compile(r"(#\d+) = (?:if_not_exists\(#\d+, (:\d+)\)|(:\d+))")
_CONDITION: Final = re.compile(r"attribute_not_exists\((#\d+)\)|(#\d+) = (:\d+)")


@dataclass(frozen=True, slots=True)
class _Stored:
    """An item and its size in bytes."""

    item: Item
    size: int


_NOTHING: Final = _Stored({}, 0)


@dataclass(slots=True)
class _Partition:
    """The items under one hash key, by range key (empty where the table has none)."""

    items: dict[str, _Stored] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)

    def put(self, range_key: str, item: Item) -> _Stored:
        if range_key not in self.items:
            insort(self.order, range_key)
        stored = self.items[range_key] = _Stored(item, _size(item))
        return stored

    def since(self, range_key: str) -> list[_Stored]:
        return [self.items[key] for key in self.order[bisect_left(self.order, range_key) :]]


@dataclass(slots=True)
class Table:
    """One table; the items with the attribute `parent` are in its index."""

    _partitions: dict[str, _Partition] = field(default_factory=lambda: defaultdict(_Partition))
    _by_parent: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def item(self, key: str) -> Item:
        """Return an item as it is, unbilled; empty where there is none."""
        return self.get(key).item

    def get(self, key: str) -> _Stored:
        partition = self._partitions.get(key)
        return partition.items.get("", _NOTHING) if partition else _NOTHING

    def put(self, item: Item) -> _Stored:
        key = item["id"]["S"]
        if "parent" in item:
            self._by_parent[item["parent"]["S"]].add(key)
        return self._partitions[key].put(item.get("at", {}).get("S", ""), item)

    def delete(self, key: str) -> None:
        gone = self._partitions.pop(key).items[""]
        self._by_parent[gone.item.get("parent", {}).get("S", "")].discard(key)

    def children(self, parent: str) -> list[_Stored]:
        return [self.get(key) for key in sorted(self._by_parent[parent])]

    def since(self, key: str, range_key: str) -> list[_Stored]:
        partition = self._partitions.get(key)
        return partition.since(range_key) if partition else []


class DynamoDb:
    """The tables; `client` gives what the adapters call."""

    def __init__(self) -> None:
        self.tables: dict[str, Table] = defaultdict(Table)

    def client(self, told: Told) -> DynamoDbClient:
        """Return a client whose calls are told of."""
        return DynamoDbClient(self.tables, told)


@dataclass(frozen=True, slots=True)
class DynamoDbClient:
    """What the adapters use of boto3's client."""

    _tables: dict[str, Table]
    _told: Told

    def get_item(self, *, TableName: str, Key: Item, ConsistentRead: bool) -> Item:  # noqa: N803 - AWS's names
        """GetItem."""
        found = self._tables[TableName].get(Key["id"]["S"])
        self._told("GetItem", _read_units(found.size, consistent=ConsistentRead), 0)
        return {"Item": found.item} if found.item else {}

    def put_item(self, *, TableName: str, Item: Item) -> Item:  # noqa: N803
        """PutItem."""
        put = self._tables[TableName].put(Item)
        self._told("PutItem", 0, _write_units(put.size, Item))
        return {}

    def update_item(self, *, TableName: str, Key: Item, UpdateExpression: str, **words: Any) -> Item:  # noqa: ANN401, N803
        """UpdateItem, with ReturnValues ALL_OLD."""
        table = self._tables[TableName]
        before = table.get(Key["id"]["S"])
        self._check("UpdateItem", before, words)
        names, values = words["ExpressionAttributeNames"], words.get("ExpressionAttributeValues", {})
        after = {**Key, **before.item}
        sets, _, removals = UpdateExpression.partition(" REMOVE ")
        for name, first, value in _SET.findall(sets):
            if value or names[name] not in after:
                after[names[name]] = values[value or first]
        for name in filter(None, removals.split(", ")):
            after.pop(names[name], None)
        put = table.put(after)
        self._told("UpdateItem", 0, _write_units(max(before.size, put.size), after))
        return {"Attributes": before.item} if before.item else {}

    def delete_item(self, *, TableName: str, Key: Item, **words: Any) -> Item:  # noqa: ANN401, N803
        """DeleteItem."""
        before = self._tables[TableName].get(Key["id"]["S"])
        self._check("DeleteItem", before, words)
        self._told("DeleteItem", 0, _write_units(before.size, before.item))
        if before.item:
            self._tables[TableName].delete(Key["id"]["S"])
        return {}

    def get_paginator(self, _: str) -> DynamoDbClient:
        """Return what walks over the pages of a Query."""
        return self

    def paginate(
        self,
        *,
        TableName: str,  # noqa: N803
        ExpressionAttributeValues: Item,  # noqa: N803
        ConsistentRead: bool = False,  # noqa: N803
        IndexName: str = "",  # noqa: N803
        **_: object,
    ) -> Iterator[Item]:
        """Query by the index `parent`, or by `id` from a time on."""
        table = self._tables[TableName]
        values = {name: value["S"] for name, value in ExpressionAttributeValues.items()}
        found = (
            table.children(values[":parent"]) if IndexName else table.since(values[":id"], values[":since"])
        )
        for page in _pages(found):
            read = _read_units(sum(stored.size for stored in page), consistent=ConsistentRead)
            self._told("Query", read, 0)
            yield {"Items": [stored.item for stored in page]}

    def _check(self, operation: str, stored: _Stored, words: Item) -> None:
        """Raise as DynamoDB does where the condition does not hold; the write is billed all the same."""
        names, values = words.get("ExpressionAttributeNames", {}), words.get("ExpressionAttributeValues", {})
        for absent, name, value in _CONDITION.findall(words.get("ConditionExpression", "")):
            shown = stored.item.get(names[absent or name])
            if shown is not None if absent else shown != values[value]:
                self._told(operation, 0, _write_units(stored.size, {}))
                said = {"Error": {"Code": "ConditionalCheckFailedException", "Message": "The check failed"}}
                raise ClientError(said, operation)  # type: ignore[arg-type]  # all that is read of it


def _pages(found: list[_Stored]) -> Iterator[list[_Stored]]:
    page: list[_Stored] = []
    size = 0
    for stored in found:
        page.append(stored)
        size += stored.size
        if size >= _PAGE:
            yield page
            page, size = [], 0
    yield page


def _read_units(size: int, *, consistent: bool) -> float:
    units = max(1, -(-size // _READ_UNIT))
    return units if consistent else units / 2


def _write_units(size: int, item: Item) -> float:
    """Return the units of the table, and as many again for the index, which holds whole items."""
    units = max(1, -(-size // _WRITE_UNIT))
    return units * (2 if "parent" in item else 1)


def _size(item: Item) -> int:
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _value_size(value: Item) -> int:
    [(kind, content)] = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "B":
            return len(content)
        case "N":
            return len(content) // 2 + 1
        case "L":
            return 3 + sum(1 + _value_size(member) for member in content)
        case "M":
            return 3 + len(content) + _size(content)
        case _:
            return 1
