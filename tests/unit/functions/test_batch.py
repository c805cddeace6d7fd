"""A batch: messages are independent, but for those of one group."""

import logging

import pytest
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from spot_failover.domain.errors import ThrottledError
from spot_failover.functions.batch import respond
from tests.unit.functions.invocations import batch, failures, record


class Handler:
    """Fails for the messages named and keeps those it was given."""

    def __init__(self, *failing: str, error: Exception | None = None) -> None:
        self.failing = failing
        self.error = error or ThrottledError("AWS asked us to slow down.")
        self.handled: list[str] = []

    def __call__(self, record: SQSRecord) -> None:
        self.handled.append(record.message_id)
        if record.message_id in self.failing:
            raise self.error


def test_a_failed_message_of_a_standard_queue_holds_nobody_else() -> None:
    handler = Handler("2")

    answer = respond(batch(*(record("{}", message_id) for message_id in "123")), handler)

    assert answer == failures("2")
    assert handler.handled == ["1", "2", "3"]


def test_a_failed_message_holds_back_later_ones_of_its_own_group_only() -> None:
    handler = Handler("1")
    records = [record("{}", "1", "web"), record("{}", "2", "api"), record("{}", "3", "web")]

    assert respond(batch(*records), handler) == failures("1", "3")
    assert handler.handled == ["1", "2"]


def test_a_batch_of_which_every_message_fails_is_reported_and_not_raised() -> None:
    assert respond(batch(record("{}", "1"), record("{}", "2")), Handler("1", "2")) == failures("1", "2")


def test_a_known_fault_is_logged_as_a_sentence_without_a_stack_trace(
    caplog: pytest.LogCaptureFixture,
) -> None:
    respond(batch(record("{}", "1")), Handler("1"))

    (logged,) = caplog.records
    assert logged.getMessage() == "Message 1 stays in its queue: AWS asked us to slow down."
    assert (logged.levelno, logged.exc_info) == (logging.ERROR, None)


def test_an_unforeseen_error_fails_its_message_alone_and_is_logged_with_its_trace(
    caplog: pytest.LogCaptureFixture,
) -> None:
    handler = Handler("1", error=ZeroDivisionError("division by zero"))

    assert respond(batch(record("{}", "1"), record("{}", "2")), handler) == failures("1")
    (logged,) = caplog.records
    assert "Message 1 stays in its queue: an error that nobody foresaw." in logged.getMessage()
    assert logged.exc_info is not None
