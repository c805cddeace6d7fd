"""All state of the service, in DynamoDB: a task that is gone takes nothing with it."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import UpdateTypeDef

ATTEMPTS: Final = 5


class TakenOverError(RuntimeError):
    """Another worker has done this line of the order."""


@dataclass(frozen=True, slots=True)
class Line:
    """So many of one thing."""

    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Order:
    """An order, and how many of its lines are reserved: the checkpoint at which work on it goes on."""

    id: str
    price: int
    lines: tuple[Line, ...]
    reserved: int = 0

    @property
    def status(self) -> str:
        return "reserved" if self.reserved == len(self.lines) else "accepted"


class Store:
    """Orders, and the stock that they reserve."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def add(self, order: Order) -> None:
        """Add an order; one that is there already stays as it is."""
        try:
            self._client.put_item(
                TableName=self._table,
                Item={
                    "id": {"S": f"order#{order.id}"},
                    "price": {"N": str(order.price)},
                    "lines": {"S": json.dumps([asdict(line) for line in order.lines])},
                    "reserved": {"N": str(order.reserved)},
                },
                ConditionExpression="attribute_not_exists(id)",
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return  # by an earlier attempt at the same request

    def order(self, order_id: str) -> Order | None:
        """Return an order as it is now."""
        item = self._read(f"order#{order_id}")
        if item is None:
            return None
        lines = tuple(Line(**line) for line in json.loads(item["lines"]["S"]))
        return Order(order_id, int(item["price"]["N"]), lines, int(item["reserved"]["N"]))

    def stock(self, sku: str) -> Mapping[str, int]:
        """Return how many of a thing are reserved, by shelf."""
        item = self._read(f"stock#{sku}") or {}
        return {name: int(value["N"]) for name, value in item.items() if name != "id"}

    def reserve(self, order: Order, number: int, shelf: str) -> None:
        """Reserve a line's goods and move the checkpoint past it: both or neither, and once.

        Raises `TakenOverError` where the checkpoint is elsewhere.
        """
        line = order.lines[number]
        checkpoint: UpdateTypeDef = {
            "TableName": self._table,
            "Key": {"id": {"S": f"order#{order.id}"}},
            "UpdateExpression": "SET reserved = :next",
            "ConditionExpression": "reserved = :number",
            "ExpressionAttributeValues": {":number": {"N": str(number)}, ":next": {"N": str(number + 1)}},
        }
        effect: UpdateTypeDef = {
            "TableName": self._table,
            "Key": {"id": {"S": f"stock#{line.sku}"}},
            "UpdateExpression": "ADD #shelf :quantity",
            "ExpressionAttributeNames": {"#shelf": shelf},
            "ExpressionAttributeValues": {":quantity": {"N": str(line.quantity)}},
        }
        self._both(checkpoint, effect)

    def _both(self, checkpoint: UpdateTypeDef, effect: UpdateTypeDef) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self._client.transact_write_items(TransactItems=[{"Update": checkpoint}, {"Update": effect}])
            except self._client.exceptions.TransactionCanceledException as refused:
                reasons = [reason.get("Code") for reason in refused.response["CancellationReasons"]]
                if reasons[0] == "ConditionalCheckFailed":
                    raise TakenOverError("The order is further than this worker knew.") from refused
                # Two orders reserve the same thing at once. The SDK does not try this again:
                # https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
                if attempt == ATTEMPTS:
                    raise
                time.sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311 # no secret
            else:
                return

    def _read(self, key: str) -> Mapping[str, Any] | None:
        found = self._client.get_item(TableName=self._table, Key={"id": {"S": key}}, ConsistentRead=True)
        return found.get("Item")
