"""Rules deliver only where IAM lets them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.acting import HUB, OTHER_REGION, REGION, SPOKE, Aws, allow, deny, document

EVENTS = {"Service": "events.amazonaws.com"}


def rule_to(aws: Aws, target: dict[str, Any], *, account: str = HUB) -> tuple[str, str]:
    """Make a rule on the default bus for a source of its own; returns the source and the rule's ARN."""
    source = aws.name("app")
    return source, aws.rule(account, target, pattern={"source": [source]})


def set_policy(aws: Aws, url: str, *statements: dict[str, Any]) -> None:
    policy = json.dumps(document(*statements))
    aws.client("sqs", HUB).set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})


def outcomes(aws: Aws, rule: str) -> list[tuple[str, str]]:
    deliveries, _ = aws.control.deliveries()
    return [(each["outcome"], each["error_code"]) for each in deliveries if each["source"] == rule]


def test_a_queue_has_to_admit_the_rule(aws: Aws) -> None:
    url, queue = aws.queue(HUB)
    source, rule = rule_to(aws, {"Arn": queue})
    aws.put_event(HUB, source)
    set_policy(aws, url, allow("sqs:SendMessage", queue, Principal=EVENTS))
    aws.put_event(HUB, source, Detail='{"second": true}')
    assert outcomes(aws, rule) == [("dropped", "NO_PERMISSIONS"), ("delivered", "")]
    assert [event["detail"] for event in aws.events_in(HUB, url)] == [{"second": True}]


def test_the_queue_s_policy_can_name_the_rule(aws: Aws) -> None:
    url, queue = aws.queue(HUB)
    admitted, rule = rule_to(aws, {"Arn": queue})
    other, other_rule = rule_to(aws, {"Arn": queue})
    only = {"ArnEquals": {"aws:SourceArn": rule}, "StringEquals": {"aws:SourceAccount": HUB}}
    set_policy(aws, url, allow("sqs:SendMessage", queue, Principal=EVENTS, Condition=only))
    aws.put_event(HUB, admitted)
    aws.put_event(HUB, other)
    assert outcomes(aws, rule) == [("delivered", "")]
    assert outcomes(aws, other_rule) == [("dropped", "NO_PERMISSIONS")]


def test_a_policy_for_another_service_admits_no_rule(aws: Aws) -> None:
    _, queue = aws.queue(HUB, allow("sqs:SendMessage", "{arn}", Principal={"Service": "sns.amazonaws.com"}))
    source, rule = rule_to(aws, {"Arn": queue})
    aws.put_event(HUB, source)
    assert outcomes(aws, rule) == [("dropped", "NO_PERMISSIONS")]


def test_a_tls_only_queue_takes_what_eventbridge_sends(aws: Aws) -> None:
    tls_only = deny("sqs:*", "{arn}", Principal="*", Condition={"Bool": {"aws:SecureTransport": "false"}})
    _, queue = aws.queue(HUB, allow("sqs:SendMessage", "{arn}", Principal=EVENTS), tls_only)
    source, rule = rule_to(aws, {"Arn": queue})
    aws.put_event(HUB, source)
    assert outcomes(aws, rule) == [("delivered", "")]


def test_a_denial_is_recorded_with_its_question(aws: Aws) -> None:
    _, queue = aws.queue(HUB)
    source, rule = rule_to(aws, {"Arn": queue})
    aws.put_event(HUB, source)
    [denied] = [each.question for each in aws.control.denials() if each.question.resource == queue]
    assert (denied.service, denied.action) == ("events.amazonaws.com", "sqs:SendMessage")
    assert denied.context["aws:sourcearn"] == rule


def test_a_target_with_a_role_uses_the_role(aws: Aws) -> None:
    url, queue = aws.queue(HUB)
    role = aws.role(HUB, allow("sqs:SendMessage", queue), trust=EVENTS)
    source, _ = rule_to(aws, {"Arn": queue, "RoleArn": role})
    aws.put_event(HUB, source)
    assert len(aws.messages(HUB, url)) == 1


def test_a_topic_has_to_admit_the_rule(aws: Aws) -> None:
    sns = aws.client("sns", HUB)
    topic = sns.create_topic(Name=aws.name("topic"))["TopicArn"]
    url, queue = aws.queue(HUB, allow("sqs:SendMessage", "{arn}", Principal={"Service": "sns.amazonaws.com"}))
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes={"RawMessageDelivery": "true"})
    source, rule = rule_to(aws, {"Arn": topic})
    policy = document(allow("sns:Publish", topic, Principal={"Service": "cloudwatch.amazonaws.com"}))
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=json.dumps(policy))
    aws.put_event(HUB, source)
    policy = document(allow("sns:Publish", topic, Principal=EVENTS))
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=json.dumps(policy))
    aws.put_event(HUB, source)
    assert outcomes(aws, rule) == [("dropped", "NO_PERMISSIONS"), ("delivered", "")]
    assert [event["source"] for event in aws.events_in(HUB, url)] == [source]


def test_a_queue_of_another_account_can_admit_the_rule(aws: Aws) -> None:
    url, queue = aws.queue(HUB, allow("sqs:SendMessage", "{arn}", Principal=EVENTS))
    source, _ = rule_to(aws, {"Arn": queue}, account=SPOKE)
    aws.put_event(SPOKE, source)
    assert [event["account"] for event in aws.events_in(HUB, url)] == [SPOKE]


@pytest.mark.parametrize(
    "arn",
    [f"arn:aws:sqs:{REGION}:{HUB}:absent", f"arn:aws:sqs:{OTHER_REGION}:{HUB}:elsewhere"],
    ids=["absent", "other region"],
)
def test_what_has_no_target_goes_to_the_dead_letter_queue(aws: Aws, arn: str) -> None:
    url, queue = aws.queue(HUB, allow("sqs:SendMessage", "{arn}", Principal=EVENTS))
    source, rule = rule_to(aws, {"Arn": arn, "DeadLetterConfig": {"Arn": queue}})
    aws.put_event(HUB, source)
    assert outcomes(aws, rule) == [("dropped", "NO_RESOURCE"), ("dead_lettered", "NO_RESOURCE")]
    assert [event["source"] for event in aws.events_in(HUB, url)] == [source]


def test_an_archive_can_be_replayed(aws: Aws) -> None:
    url, queue = aws.queue(HUB, allow("sqs:SendMessage", "{arn}", Principal=EVENTS))
    bus = aws.bus(HUB)
    events = aws.client("events", HUB)
    archive = events.create_archive(ArchiveName=aws.name("archive"), EventSourceArn=bus)["ArchiveArn"]
    aws.rule(HUB, {"Arn": queue}, bus=bus.rsplit("/", 1)[-1], pattern={"source": ["test"]})
    aws.put_event(HUB, "test", bus=bus, Time="2026-01-02T03:04:05Z")
    replay = aws.name("replay")
    events.start_replay(
        ReplayName=replay,
        EventSourceArn=archive,
        EventStartTime="2026-01-01T00:00:00Z",
        EventEndTime="2026-01-03T00:00:00Z",
        Destination={"Arn": bus},
    )
    received = aws.events_in(HUB, url)
    while len(received) < 2:
        received += aws.events_in(HUB, url, wait=1)
    assert [event.get("replay-name") for event in received] == [None, replay]
