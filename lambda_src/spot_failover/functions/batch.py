"""A batch of SQS messages by Powertools, with a sentence in the log for each message that stays in its queue.

A message that fails holds back those of its group only; on a standard queue, which has no groups, nobody.
https://docs.aws.amazon.com/powertools/python/latest/utilities/batch/
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.batch import SqsFifoPartialProcessor, process_partial_response

from spot_failover.domain.errors import SpotFailoverError

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

logger = logging.getLogger(__name__)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def respond(event: dict[str, Any], handle: Callable[[SQSRecord], None]) -> PartialItemFailureResponse:
    """Handle every message of a batch; return those that Lambda is to deliver again."""
    processor = SqsFifoPartialProcessor(skip_group_on_error=True)
    processor.raise_on_entire_batch_failure = False  # else a single message that fails fails the function
    return process_partial_response(event, partial(_handle, handle), processor)


def sent_at(record: SQSRecord) -> datetime:
    """Return when a message was sent, by the queue's clock."""
    return _EPOCH + timedelta(milliseconds=int(record.attributes.sent_timestamp))


def _handle(handle: Callable[[SQSRecord], None], record: SQSRecord) -> None:
    try:
        handle(record)
    except SpotFailoverError as fault:
        logger.error("Message %s stays in its queue: %s", record.message_id, fault)  # noqa: TRY400 - a sentence
        raise
    except Exception:
        logger.exception(
            "Message %s stays in its queue: an error that nobody foresaw. Report it.", record.message_id
        )
        raise
