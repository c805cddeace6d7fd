"""Messages that failed until they were put aside: sent again, once the cause is mended, they do no harm.

The sandbox has no StartMessageMoveTask: the messages are moved here as that API moves them, as new ones.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from simulator.sandbox.counterfactual import as_list
from tests.e2e.installation import WORK_QUEUE
from tests.e2e.places import HUB, NORTH
from tests.e2e.services import SPOT, Service
from tests.reliability.sandbox.conftest import Stand, interruptions

INTERRUPTIONS = "fargate-spot-interruption-queue"
WORK_LETTERS = "spot-failover-work-dlq.fifo"


@contextmanager
def without(stand: Stand, role: str, action: str) -> Iterator[None]:
    """Take an action away from a role of the hub's."""
    iam = stand.installation.client("iam", HUB)
    [name] = iam.list_role_policies(RoleName=role)["PolicyNames"]
    policy: dict[str, Any] = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    deny = {"Effect": "Deny", "Action": action, "Resource": "*"}
    assert any(action in as_list(each["Action"]) for each in policy["Statement"])
    denying = {**policy, "Statement": [*policy["Statement"], deny]}
    iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(denying))
    try:
        yield
    finally:
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(policy))


@contextmanager
def impatient(stand: Stand, queue: str) -> Iterator[None]:
    """Let a message that failed come again at once, and not after minutes."""
    sqs = stand.installation.client("sqs", HUB)
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "2"})
    try:
        yield
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=before)


def redrive(stand: Stand, letters: str, queue: str) -> int:
    """Move the messages of a dead-letter queue back to where they came from."""
    sqs = stand.installation.client("sqs", HUB)
    source, target = (sqs.get_queue_url(QueueName=name)["QueueUrl"] for name in (letters, queue))
    moved = 0
    while received := sqs.receive_message(
        QueueUrl=source, MaxNumberOfMessages=10, AttributeNames=["All"]
    ).get("Messages"):
        for message in received:
            group = message["Attributes"].get("MessageGroupId")
            fifo = {"MessageGroupId": group, "MessageDeduplicationId": uuid.uuid4().hex} if group else {}
            sqs.send_message(QueueUrl=target, MessageBody=message["Body"], **fifo)
            sqs.delete_message(QueueUrl=source, ReceiptHandle=message["ReceiptHandle"])
            moved += 1
    return moved


@pytest.fixture(scope="module")
def lost(stand: Stand) -> Iterator[Service]:
    service = Service(stand.installation, NORTH, "lost").create(desired=4).running()
    yield service.register(thresholds={"window_seconds": 10, "interruptions": 2})
    service.unregister()


def test_events_that_could_not_be_kept_are_kept_once_they_are_sent_again(stand: Stand, lost: Service) -> None:
    here = stand.installation
    with (
        impatient(stand, INTERRUPTIONS),
        without(stand, "spot-failover-observe-eu-central-1", "dynamodb:PutItem"),
    ):
        gone = lost.interrupt(3)
        here.until(
            lambda: (
                here.waiting(HUB, INTERRUPTIONS) == 0
                and here.waiting(HUB, f"{INTERRUPTIONS}-dlq") >= len(gone)
            ),
            what="the events to be put aside",
            ticking=False,
        )
    lost.running()
    assert interruptions(lost) == set()
    assert any("dynamodb:PutItem" in told for told in here.complaints())

    assert redrive(stand, f"{INTERRUPTIONS}-dlq", INTERRUPTIONS) >= len(gone)
    here.quiet()
    assert interruptions(lost) == set(gone)
    assert lost.record()["phase"] == "steady"
    assert lost.strategy() == SPOT
    assert not here.dead_letters()


def test_wake_ups_that_failed_run_once_the_tables_answer_again(stand: Stand, lost: Service) -> None:
    here = stand.installation
    with impatient(stand, WORK_QUEUE), without(stand, "spot-failover-work-eu-central-1", "dynamodb:Query"):
        here.control.tick()
        here.until(lambda: here.waiting(HUB, WORK_LETTERS), what="a survey to be put aside", ticking=False)
    before = lost.record()["passed_at"]
    assert redrive(stand, WORK_LETTERS, WORK_QUEUE) > 0
    here.quiet()
    assert not here.dead_letters()
    lost.interrupt(2)
    stand.passed(lost, since=before)
    assert stand.tracebacks() == []
