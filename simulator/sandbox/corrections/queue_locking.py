"""Messages that many threads put and delete at once.

AWS: SQS never loses a message it has accepted.
ministack: rebuilds a queue's list of messages without a lock while other threads append to it, so that a
message sent at the moment when a poller deletes another one is lost.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any

from simulator.sandbox.parts import Parts
from simulator.sandbox.seams import Seam

LOCK = Seam("services.sqs", "_queues_lock")
HANDLERS = Seam("services.sqs", "_HANDLERS")
GUARDED = (
    Seam("services.sqs", "_dlq_sweep", ("q",)),
    Seam("services.sqs", "_expire_retained", ("q",)),
    Seam("services.sqs", "_collect_msgs", ("q", "max_n", "vis_timeout")),
    Seam("services.eventbridge", "_dispatch_to_sqs", ("spec", "payload", "sqs_parameters")),
    Seam(
        "services.sns",
        "_deliver_to_sqs",
        (
            "endpoint",
            "envelope",
            "raw",
            "raw_message",
            "message_group_id",
            "message_dedup_id",
            "message_attributes",
            "topic_arn",
        ),
    ),
)
SEAMS = (LOCK, HANDLERS, *GUARDED)

GUARDED_ACTIONS = ("SendMessage", "SendMessageBatch", "DeleteMessage", "DeleteMessageBatch", "PurgeQueue")


def install(parts: Parts) -> None:
    """Let one thread at a time change messages."""
    lock = threading.RLock()
    LOCK.replace(lock)
    for seam in GUARDED:
        seam.replace(_locked(lock, seam.original()))
    handlers = parts.emulator.sqs._HANDLERS
    for action in GUARDED_ACTIONS:
        handlers[action] = _locked(lock, handlers[action])


def _locked(lock: threading.RLock, function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def locked(*arguments: Any, **options: Any) -> Any:
        with lock:
            return function(*arguments, **options)

    return locked
