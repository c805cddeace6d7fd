"""Taking an order: read it, price it, keep it, pass it on to the worker."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from orders.catalogue import Catalogue
from orders.once import Once
from orders.store import Line, Order, Store

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class BadOrderError(ValueError):
    """The request is not an order."""


class Desk:
    """Takes each order once, however often it is sent."""

    def __init__(
        self, *, catalogue: Catalogue, store: Store, sqs: SQSClient, queue_url: str, once: Once
    ) -> None:
        self._catalogue = catalogue
        self._store = store
        self._sqs = sqs
        self._queue_url = queue_url
        # Whoever sends an order again gets the first answer; with other lines under its key, a refusal.
        self._take_once = once(self._take, argument="request", key="key", same="lines")

    def take(self, key: str, body: bytes) -> dict[str, Any]:
        """Take an order as it is sent, and return what the sender is told.

        Raises `BadOrderError`, and what the catalogue and Powertools raise.
        """
        lines = read_lines(body)
        taken: dict[str, Any] = self._take_once(request={"key": key, "lines": lines})
        return taken

    def _take(self, *, request: dict[str, Any]) -> dict[str, Any]:
        # It may end anywhere and begin again: the id follows from the key, so the order is kept once. Its
        # message may be sent twice; its job is done once.
        lines = tuple(Line(**line) for line in request["lines"])
        price = self._catalogue.price([line.sku for line in lines])
        order = Order(str(uuid.uuid5(uuid.NAMESPACE_URL, request["key"])), price, lines)
        self._store.add(order)
        self._sqs.send_message(QueueUrl=self._queue_url, MessageBody=json.dumps({"order_id": order.id}))
        return {"id": order.id, "price": order.price}


def read_lines(body: bytes) -> list[dict[str, Any]]:
    """Return the lines of an order as it is sent; raises `BadOrderError`."""
    try:
        lines = [Line(str(line["sku"]), int(line["quantity"])) for line in json.loads(body)["lines"]]
    except (ValueError, TypeError, KeyError) as error:
        raise BadOrderError('An order is {"lines": [{"sku": "…", "quantity": 1}, …]}.') from error
    if not lines or any(line.quantity < 1 for line in lines):
        raise BadOrderError("An order has at least one line, and each line a quantity of at least 1.")
    return [{"sku": line.sku, "quantity": line.quantity} for line in lines]
