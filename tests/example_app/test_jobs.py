"""What the worker does with a message, in this process."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from tests.example_app.stage import SHELF, Stage
from tests.example_app.waiting import wait_for


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with mock_aws():
        yield Stage(tmp_path)


def test_a_message_that_comes_again_after_its_job_changes_nothing(stage: Stage) -> None:
    order = stage.pass_on("twice", "tea", "cup")
    stage.worker().handle(stage.in_hand())
    asked = stage.catalogue.asked.copy()
    stage.calls.clear()
    stage.send(json.dumps({"order_id": order.id}))
    stage.worker().handle(stage.in_hand())
    assert stage.messages() == 0
    assert stage.catalogue.asked == asked
    assert "TransactWriteItems" not in stage.calls


def test_of_two_workers_at_one_order_one_gives_way(stage: Stage) -> None:
    order = stage.pass_on("both", "tea", "cup")
    stage.send(json.dumps({"order_id": order.id}))
    first, second = stage.in_hand(), stage.in_hand()

    def meanwhile(_: str) -> None:
        stage.catalogue.asked_for = lambda _: None
        stage.worker().handle(second)

    stage.catalogue.asked_for = meanwhile
    stage.worker().handle(first)
    assert [stage.store.stock(sku) for sku in ("tea", "cup")] == [{SHELF: 1}, {SHELF: 2}]
    assert stage.messages() == 1, (
        "The message of the one that gave way is kept until the job is known to be done."
    )


def test_while_a_job_is_in_hand_a_second_message_of_it_waits(stage: Stage) -> None:
    order = stage.pass_on("busy", "tea")
    stage.send(json.dumps({"order_id": order.id}))
    first, second = stage.in_hand(), stage.in_hand()
    asked: list[str] = []

    def meanwhile(sku: str) -> None:
        asked.append(sku)
        stage.worker(lease=300).handle(second)

    stage.catalogue.asked_for = meanwhile
    stage.worker(lease=300).handle(first)
    assert asked == ["tea"], "The second worker did the job as well."
    assert stage.store.stock("tea") == {SHELF: 1}
    assert stage.messages() == 1


def test_two_orders_that_reserve_the_same_thing_at_once_both_succeed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    conflicts = iter(["TransactionConflict", "TransactionConflict"])

    def conflict(operation: str) -> None:
        if operation == "TransactWriteItems" and (code := next(conflicts, None)):
            reasons = [{"Code": "None"}, {"Code": code}]
            answer = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
            raise stage.dynamodb.exceptions.TransactionCanceledException(answer, operation)

    order = stage.pass_on("contended", "tea")
    stage.before_each_call(conflict)
    stage.worker().handle(stage.in_hand())
    assert len(pauses) == 2
    found = stage.store.order(order.id)
    assert found is not None
    assert found.status == "reserved"


def test_a_worker_that_was_told_before_it_began_gives_the_message_back(stage: Stage) -> None:
    stage.pass_on("early", "tea")
    worker = stage.worker()
    message = stage.in_hand()
    assert stage.receive() is None
    worker.leave()
    worker.handle(message)
    assert stage.receive() is not None
    assert stage.catalogue.asked.total() == 0


@pytest.mark.parametrize("body", ["no JSON", "{}", '{"order_id": "absent"}'])
def test_a_message_that_cannot_be_worked_on_is_left_to_the_dead_letter_queue(stage: Stage, body: str) -> None:
    stage.send(body)
    stage.worker().handle(stage.in_hand())
    assert stage.messages() == 1
    stage.pass_on("next", "tea")
    stage.worker().handle(stage.in_hand())
    assert stage.store.stock("tea") == {SHELF: 1}


def test_a_job_that_failed_is_begun_again_at_its_checkpoint(stage: Stage) -> None:
    def fail_at_the_cup(sku: str) -> None:
        if sku == "cup":
            raise TimeoutError

    stage.pass_on("failing", "tea", "cup")
    stage.catalogue.asked_for = fail_at_the_cup
    message = stage.in_hand()
    stage.worker(lease=300).handle(message)
    stage.catalogue.asked_for = lambda _: None
    stage.time_out(message)
    stage.worker(lease=300).handle(stage.in_hand())
    assert stage.catalogue.asked == {"tea": 1, "cup": 2}
    assert [stage.store.stock(sku) for sku in ("tea", "cup")] == [{SHELF: 1}, {SHELF: 2}]
    assert stage.messages() == 0


def test_a_message_stays_hidden_while_work_lasts_even_where_aws_refuses_once(stage: Stage) -> None:
    hidden: list[str] = []

    def refuse_once(operation: str) -> None:
        if operation == "ChangeMessageVisibility":
            hidden.append(operation)
            if len(hidden) == 1:
                raise ClientError({"Error": {"Code": "ThrottlingException"}}, operation)

    stage.pass_on("long", "tea")
    message = stage.in_hand()
    stage.before_each_call(refuse_once)
    with stage.queue(visibility=1).hidden(message):
        wait_for(lambda: len(hidden) >= 2, "the message to be hidden again")
    count = len(hidden)
    stage.queue().give_back(message)
    assert stage.receive() is not None
    assert len(hidden) == count + 1
