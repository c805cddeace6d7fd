"""The worker: reserves the goods of orders, a line at a time, and can leave after any of them.

    SIGTERM ── no new message ── the line in hand is finished and checkpointed ── message given back ── exit 0

The next worker gets the message at once and goes on at the checkpoint. After SIGKILL it gets it when the
visibility timeout is over, and does again at most the line in hand, of which nothing has taken effect.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools.utilities.idempotency.exceptions import IdempotencyAlreadyInProgressError
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from orders.catalogue import Catalogue
from orders.once import Once
from orders.settings import Settings
from orders.store import Store, TakenOverError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

log = logging.getLogger("orders.worker")


class ToldToLeaveError(Exception):
    """The job is not done, and somebody else is to go on with it."""


class NoSuchOrderError(LookupError):
    """A message names an order that is not there."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message in hand."""

    body: str
    receipt: str


class Queue:
    """The queue, one message at a time: what is received ahead would only wait here, hidden from others."""

    def __init__(self, sqs: SQSClient, url: str, *, visibility: int, poll: int) -> None:
        self._sqs = sqs
        self._url = url
        self._visibility = visibility
        self._poll = poll

    def receive(self) -> Message | None:
        received = self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=1,
            VisibilityTimeout=self._visibility,
            WaitTimeSeconds=self._poll,
        )
        for message in received.get("Messages", []):
            return Message(message["Body"], message["ReceiptHandle"])
        return None

    @contextlib.contextmanager
    def hidden(self, message: Message) -> Iterator[None]:
        """Keep a message from others while the work lasts, and not much longer should this task die."""
        done = threading.Event()
        thread = threading.Thread(target=self._hide, args=(message, done), daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()  # or it could hide again what is given back

    def _hide(self, message: Message, done: threading.Event) -> None:
        while not done.wait(self._visibility / 3):
            try:
                self._change_visibility(message, self._visibility)
            except (BotoCoreError, ClientError):
                log.warning("the message may be seen by another worker", exc_info=True)

    def give_back(self, message: Message) -> None:
        """Let another worker have it now."""
        self._change_visibility(message, 0)

    def delete(self, message: Message) -> None:
        self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message.receipt)

    def _change_visibility(self, message: Message, seconds: int) -> None:
        self._sqs.change_message_visibility(
            QueueUrl=self._url, ReceiptHandle=message.receipt, VisibilityTimeout=seconds
        )


class Worker:
    """Does one job after the other until it is told to leave."""

    def __init__(self, *, queue: Queue, catalogue: Catalogue, store: Store, once: Once, pulse: Path) -> None:
        self._queue = queue
        self._catalogue = catalogue
        self._store = store
        # Touched before each step: the container's health check looks at its age.
        self._pulse = pulse
        # A message may come twice, even after its job is done.
        self._reserve_once: Callable[..., Any] = once(self._reserve, argument="job", key="order_id")
        # A plain attribute: the handler runs anywhere in this thread, even where it holds an event's lock.
        self._told = False

    def leave(self, *_: object) -> None:
        """Be told to leave: the handler of SIGTERM."""
        log.info("SIGTERM: no new jobs from now on")
        self._told = True

    def run(self) -> None:
        log.info("waiting for jobs")
        while not self._told:
            self._pulse.touch()
            message = self._queue.receive()
            if message:
                self.handle(message)
        log.info("left")

    def handle(self, message: Message) -> None:
        """Do the job, or leave its message to another worker."""
        try:
            with self._queue.hidden(message):
                self._reserve_once(job=json.loads(message.body))
        except ToldToLeaveError:
            self._queue.give_back(message)
            log.info("gave back %s", message.body)
        except (IdempotencyAlreadyInProgressError, TakenOverError) as error:
            log.info("another worker is at %s: %s", message.body, error)
        except Exception:
            # Seen again after the visibility timeout, and in the end by the dead-letter queue.
            log.exception("could not do %s", message.body)
        else:
            self._queue.delete(message)

    def _reserve(self, *, job: dict[str, Any]) -> dict[str, Any]:
        order = self._store.order(job["order_id"])
        if order is None:
            raise NoSuchOrderError(f"There is no order {job['order_id']}.")
        for number in range(order.reserved, len(order.lines)):
            if self._told:
                raise ToldToLeaveError
            self._pulse.touch()
            log.info("order %s: line %s of %s", order.id, number + 1, len(order.lines))
            shelf = self._catalogue.shelf(order.lines[number].sku)
            self._store.reserve(order, number, shelf)
        return {"lines": len(order.lines)}


def main() -> None:
    """Work until SIGTERM."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("botocore").setLevel(logging.WARNING)
    settings = Settings.read(os.environ)
    patience = Config(connect_timeout=2, read_timeout=settings.poll_seconds + 5)
    dynamodb, sqs = boto3.client("dynamodb", config=patience), boto3.client("sqs", config=patience)
    worker = Worker(
        queue=Queue(
            sqs, settings.queue_url, visibility=settings.visibility_seconds, poll=settings.poll_seconds
        ),
        catalogue=Catalogue(settings.catalogue_url),
        store=Store(dynamodb, settings.orders_table),
        # Shorter than the message stays hidden: who sees it again after a crash can begin.
        once=Once(dynamodb, settings.idempotency_table, settings.visibility_seconds - 1),
        pulse=Path(settings.pulse_file),
    )
    signal.signal(signal.SIGTERM, worker.leave)
    worker.run()


if __name__ == "__main__":
    main()
