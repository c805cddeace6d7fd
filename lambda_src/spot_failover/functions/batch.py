"""A batch of SQS messages: each on its own, and Lambda is told which ones to deliver again.

Powertools' batch utility does the same, but imports the classes of every event source that Lambda knows: a
tenth of a cold start.
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeAlias

from spot_failover.domain.errors import SpotFailoverError

logger = logging.getLogger(__name__)

BatchResponse: TypeAlias = dict[str, list[dict[str, str]]]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Context(Protocol):
    """What the functions use of the context that Lambda gives them."""

    @property
    def invoked_function_arn(self) -> str: ...
    @property
    def aws_request_id(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `sent_at` is the queue's clock; `group` is empty on a standard queue."""

    id: str
    body: str
    sent_at: datetime
    group: str = ""

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Message:
        """Read a record of the event that Lambda invokes a function with."""
        attributes = record["attributes"]
        sent_at = _EPOCH + timedelta(milliseconds=int(attributes["SentTimestamp"]))
        return cls(record["messageId"], record["body"], sent_at, attributes.get("MessageGroupId", ""))


def respond(event: Mapping[str, Any], handle: Callable[[Message], None]) -> BatchResponse:
    """Handle every message of a batch and return those that raised, and those after them in their group."""
    failed: list[str] = []
    held: set[str] = set()
    for message in map(Message.of, event["Records"]):
        if message.group in held:
            # Deleted out of turn, it would overtake the one that comes again.
            logger.info("Message %s waits for an earlier one of its group.", message.id)
            failed.append(message.id)
        elif not _handled(message, handle):
            failed.append(message.id)
            held |= {message.group} - {""}
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _handled(message: Message, handle: Callable[[Message], None]) -> bool:
    try:
        handle(message)
    except SpotFailoverError as fault:
        logger.error("Message %s stays in its queue: %s", message.id, fault)  # noqa: TRY400 - a sentence says it
        return False
    except Exception:
        logger.exception(
            "Message %s stays in its queue: an error that nobody foresaw. Report it.", message.id
        )
        return False
    return True
