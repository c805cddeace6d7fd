"""What Lambda hands to a function: batches of SQS records in the shape that AWS documents.

https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

HUB_ACCOUNT = "111122223333"
FUNCTION_ARN = f"arn:aws:lambda:eu-west-1:{HUB_ACCOUNT}:function:spot-failover-observe"
EVENTS = Path(__file__).parents[2] / "events"
SENT = datetime(2026, 3, 2, 9, 14, 7, 649_000, tzinfo=UTC)


class Context(LambdaContext):
    """What the functions use of Lambda's context."""

    def __init__(self, aws_request_id: str = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef") -> None:
        self._invoked_function_arn = FUNCTION_ARN
        self._aws_request_id = aws_request_id


def recorded(name: str, **changes: object) -> dict[str, Any]:
    """Return an event of tests/events, with some of its fields changed."""
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return {**event, **changes}


def record(
    body: Mapping[str, Any] | str, message_id: str = "059f36b4-87a3-44ab-83d2-661975830a7d", group: str = ""
) -> dict[str, Any]:
    """Return one record; with a group, as a FIFO queue has it."""
    text = body if isinstance(body, str) else json.dumps(body)
    sent = str(int(SENT.timestamp() * 1000))
    attributes = {
        "ApproximateReceiveCount": "1",
        "SentTimestamp": sent,
        "SenderId": "AIDAIENQZJOLO23YVJ4VO",
        "ApproximateFirstReceiveTimestamp": sent,
    }
    if group:
        attributes |= {
            "SequenceNumber": "18849496460467696128",
            "MessageGroupId": group,
            "MessageDeduplicationId": hashlib.sha256(text.encode()).hexdigest(),
        }
    queue = "spot-failover-work.fifo" if group else "fargate-spot-interruption-queue"
    return {
        "messageId": message_id,
        "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a...",
        "body": text,
        "attributes": attributes,
        "messageAttributes": {},
        "md5OfBody": hashlib.md5(text.encode(), usedforsecurity=False).hexdigest(),
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:eu-west-1:{HUB_ACCOUNT}:{queue}",
        "awsRegion": "eu-west-1",
    }


def batch(*records: dict[str, Any]) -> dict[str, Any]:
    return {"Records": list(records)}


def failures(*message_ids: str) -> dict[str, list[dict[str, str]]]:
    """Return the answer that makes Lambda deliver these messages again."""
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in message_ids]}
