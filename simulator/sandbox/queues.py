"""Queues as a delivery reaches them: does one exist, put a message on it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from simulator.sandbox.emulator import Emulator


def exists(emulator: Emulator, queue_arn: str) -> bool:
    """Say whether there is a queue of that ARN, in whichever account and region."""
    return emulator.sqs._queue_by_arn(queue_arn) is not None


def send(
    emulator: Emulator,
    queue_arn: str,
    body: str,
    *,
    attributes: Mapping[str, str] | None = None,
    group: str = "",
) -> str:
    """Put a message with string attributes on an existing queue, past every policy; returns its id."""
    queue = emulator.sqs._queue_by_arn(queue_arn)
    now = time.time()
    message: dict[str, Any] = {
        "id": str(uuid4()),
        "body": body,
        "md5_body": hashlib.md5(body.encode(), usedforsecurity=False).hexdigest(),
        "message_attributes": {
            name: {"DataType": "String", "StringValue": value}
            for name, value in (attributes or {}).items()
            if value
        },
        "sent_at": now,
        "visible_at": now + emulator.sqs.queue_delay(queue),
    }
    if queue.get("is_fifo"):
        queue["fifo_seq"] = queue.get("fifo_seq", 0) + 1
        message |= {
            "group_id": group,
            "dedup_id": hashlib.sha256(body.encode()).hexdigest(),
            "seq": str(queue["fifo_seq"]).zfill(20),
        }
    emulator.sqs._ensure_msg_fields(message)
    message["md5_attrs"] = emulator.sqs._md5_msg_attrs(message["message_attributes"]) or None
    with emulator.sqs._queues_lock:
        queue["messages"].append(message)
    emulator.functions._esm_wake.set()
    return str(message["id"])
