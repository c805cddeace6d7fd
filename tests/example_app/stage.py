"""The example in this process, on moto's AWS, with a way to die at any call."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

import boto3

from orders.once import Once
from orders.store import Line, Order, Store
from orders.taking import Desk
from orders.worker import Message, Queue, Worker

PRICE, SHELF = 250, "A1"
# Over as soon as it begins: to the next worker, the one that died did so long ago.
OVER = -1


class Killed(BaseException):
    """SIGKILL, as near as a test comes: no code of the example runs after it, and none can catch it."""


class Moment(StrEnum):
    """When to die: AWS has not done it yet, or AWS has, and nobody heard of it."""

    BEFORE = "before-call"
    AFTER = "after-call"


class FakeCatalogue:
    """Answers at once; `asked_for` runs before each answer."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.asked_for: Callable[[str], None] = lambda _: None

    def price(self, skus: Sequence[str]) -> int:
        return PRICE * len(skus)

    def shelf(self, sku: str) -> str:
        self.asked[sku] += 1
        self.asked_for(sku)
        return SHELF


class Stage:
    """Tables and a queue; make it while moto is mocking."""

    def __init__(self, scratch: Path) -> None:
        self.calls: list[str] = []
        self._pulse = scratch / "pulse"
        make: Any = boto3.client
        self.dynamodb, self.sqs = make("dynamodb"), make("sqs")
        for table in ("orders", "idempotency"):
            self.dynamodb.create_table(
                TableName=table,
                BillingMode="PAY_PER_REQUEST",
                KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            )
        self.url = self.sqs.create_queue(QueueName="orders")["QueueUrl"]
        self.catalogue: Any = FakeCatalogue()
        self.store = Store(self.dynamodb, "orders")
        self._doomed: Callable[[str, Moment], None] = lambda _operation, _moment: None
        for client in (self.dynamodb, self.sqs):
            for moment in Moment:
                client.meta.events.register(moment, self._hook(moment))

    def _hook(self, moment: Moment) -> Callable[..., None]:
        def run(model: Any, **_: object) -> None:
            if moment is Moment.BEFORE:
                self.calls.append(model.name)
            self._doomed(model.name, moment)

        return run

    def before_each_call(self, run: Callable[[str], None]) -> None:
        """Call this with the name of each operation, before it is sent."""
        self._doomed = lambda operation, moment: run(operation) if moment is Moment.BEFORE else None

    def die_at(self, call: int, when: Moment) -> None:
        """Die at a call from now on, counted from 1."""
        last = len(self.calls) + call

        def doomed(_: str, moment: Moment) -> None:
            if moment is when and len(self.calls) == last:
                raise Killed

        self._doomed = doomed

    def live(self) -> None:
        self._doomed = lambda _operation, _moment: None

    def desk(self) -> Desk:
        once = Once(self.dynamodb, "idempotency", OVER)
        return Desk(catalogue=self.catalogue, store=self.store, sqs=self.sqs, queue_url=self.url, once=once)

    def worker(self, *, visibility: int = 300, lease: int = OVER) -> Worker:
        return Worker(
            queue=self.queue(visibility),
            catalogue=self.catalogue,
            store=self.store,
            once=Once(self.dynamodb, "idempotency", lease),
            pulse=self._pulse,
        )

    def queue(self, visibility: int = 300) -> Queue:
        return Queue(self.sqs, self.url, visibility=visibility, poll=0)

    def pass_on(self, order_id: str, *skus: str) -> Order:
        """Keep an order of 1, 2, … of these, and send its message."""
        order = Order(order_id, 0, tuple(Line(sku, quantity) for quantity, sku in enumerate(skus, 1)))
        self.store.add(order)
        self.send(json.dumps({"order_id": order_id}))
        return order

    def send(self, body: str) -> None:
        self.sqs.send_message(QueueUrl=self.url, MessageBody=body)

    def receive(self) -> Message | None:
        return self.queue().receive()

    def in_hand(self) -> Message:
        message = self.receive()
        assert message is not None, "There is no message."
        return message

    def time_out(self, message: Message) -> None:
        """Let the visibility timeout of a message be over."""
        self.sqs.change_message_visibility(
            QueueUrl=self.url, ReceiptHandle=message.receipt, VisibilityTimeout=0
        )

    def messages(self) -> int:
        """Return how many messages there are, in hand or not."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=names)
        return sum(int(count) for count in found["Attributes"].values())
