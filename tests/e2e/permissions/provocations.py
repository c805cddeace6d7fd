"""What has to go wrong on purpose: some statements matter only where something fails, or is forbidden."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError

from simulator.sandbox.counterfactual import as_list
from tests.e2e.installation import HUB_DEAD_LETTER_QUEUES, HUB_QUEUES, Installation, new_client
from tests.e2e.places import FORWARDING_QUEUE, HOME, HUB, HUB_BUS, STAYING, TOPIC, Place
from tests.e2e.services import Service

FORWARDING_ROLE: Final = "spot-failover-forwarding"
SCHEDULER_ROLE: Final = "spot-failover-scheduler-eu-central-1"
ALARM: Final = "spot-failover-rejected-events"
NOTHING: Final = {"Version": "2012-10-17", "Statement": []}

DENIALS: Final = {"AccessDenied", "AccessDeniedException", "AuthorizationError"}

# An event for each of the hub's queues that rules deliver to.
EVENTS: Final = {
    "fargate-spot-placement-failure-queue": ("test.aws.ecs", "ECS Service Action"),
    "fargate-spot-interruption-queue": ("test.aws.ecs", "ECS Task State Change"),
    "spot-failover-control-queue": ("spot-failover.spoke", "Heartbeat"),
}


def provoke(installation: Installation) -> None:
    """Let everything fail, or be refused, that the installation's policies provide for."""
    for queue, (source, detail_type) in EVENTS.items():
        event = {"Source": source, "DetailType": detail_type, "Detail": "{}", "EventBusName": HUB_BUS}
        with without_queue_policy(installation, queue):
            installation.client("events", HUB).put_events(Entries=[event])
    with role_left_with(installation, HUB, SCHEDULER_ROLE, "queue-dlq"):
        installation.control.tick()
    with role_left_with(installation, HOME, FORWARDING_ROLE, "event-bus/default"):
        Service(installation, HOME, "nobody").drill()
    assert installation.dead_letters(HOME) == {
        "hub fargate-spot-placement-failure-queue-dlq": 1,
        "hub fargate-spot-interruption-queue-dlq": 1,
        "hub spot-failover-control-queue-dlq": 2,
        "home spot-failover-forwarding-dlq": 1,
    }
    installation.client("cloudwatch", HUB).set_alarm_state(
        AlarmName=ALARM, StateValue="ALARM", StateReason="a rehearsal"
    )
    installation.until(lambda: installation.alarms(ALARM), what="the alarm to be sent", ticking=False)
    for name in (*HUB_QUEUES, *HUB_DEAD_LETTER_QUEUES):
        refuse_plaintext(installation, HUB, name)
    for place in STAYING:
        refuse_plaintext(installation, place, FORWARDING_QUEUE)
    with refused():
        unencrypted(installation, "sns", HUB).publish(TopicArn=TOPIC, Message="in the clear")


@contextmanager
def without_queue_policy(installation: Installation, queue: str) -> Iterator[None]:
    """Let a queue of the hub admit nobody for a moment."""
    sqs = installation.client("sqs", HUB)
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    policy = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(NOTHING)})
    try:
        yield
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})


@contextmanager
def role_left_with(installation: Installation, place: Place, role: str, ending: str) -> Iterator[None]:
    """Leave a role only what it may do to resources whose ARNs end like this, for a moment."""
    iam = installation.client("iam", place)
    [name] = iam.list_role_policies(RoleName=role)["PolicyNames"]
    policy = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    statements = [
        {**statement, "Resource": [arn for arn in as_list(statement["Resource"]) if arn.endswith(ending)]}
        for statement in policy["Statement"]
    ]
    changed = {**policy, "Statement": [statement for statement in statements if statement["Resource"]]}
    iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(changed))
    try:
        yield
    finally:
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(policy))


def refuse_plaintext(installation: Installation, place: Place, queue: str) -> None:
    """Ask for a queue's attributes over plain http: the queue has to refuse even its owner."""
    url = installation.client("sqs", place).get_queue_url(QueueName=queue)["QueueUrl"]
    with refused():
        unencrypted(installation, "sqs", place).get_queue_attributes(QueueUrl=url, AttributeNames=["All"])


@contextmanager
def refused() -> Iterator[None]:
    """Expect AWS to deny what is asked for inside."""
    with pytest.raises(ClientError) as error:
        yield
    assert error.value.response["Error"]["Code"] in DENIALS


def unencrypted(installation: Installation, service: str, place: Place) -> Any:
    """Return a client of the account's root user whose requests count as sent without TLS."""
    client = new_client(installation.sandbox, service, place)
    client.meta.events.register("before-sign", plainly)
    return client


def plainly(request: Any, **_: Any) -> None:
    request.headers["x-sandbox-plaintext"] = "true"
