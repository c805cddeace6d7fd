"""Scheduler delivers by the schedule's role."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.acting import HUB, REGION, Aws, allow

SCHEDULER = {"Service": "scheduler.amazonaws.com"}


def every(aws: Aws, expression: str, target: dict[str, Any]) -> str:
    scheduler = aws.client("scheduler", HUB)
    name = aws.name("schedule")
    return str(
        scheduler.create_schedule(
            Name=name, ScheduleExpression=expression, FlexibleTimeWindow={"Mode": "OFF"}, Target=target
        )["ScheduleArn"]
    )


@pytest.fixture(autouse=True)
def _no_schedules_of_others(aws: Aws) -> None:
    scheduler = aws.client("scheduler", HUB)
    for schedule in scheduler.list_schedules()["Schedules"]:
        scheduler.delete_schedule(Name=schedule["Name"])


def test_a_tick_reaches_the_queue_by_the_schedule_s_role(aws: Aws) -> None:
    url, queue = aws.queue(HUB)
    role = aws.role(HUB, allow("sqs:SendMessage", queue), trust=SCHEDULER)
    every(aws, "rate(1 minute)", {"Arn": queue, "RoleArn": role, "Input": '{"detail-type": "Tick"}'})
    assert (aws.control.tick(), aws.control.tick()) == (1, 1)
    messages = aws.messages(HUB, url)
    assert [message["Body"] for message in messages] == ['{"detail-type": "Tick"}'] * 2
    assert len({message["MessageId"] for message in messages}) == 2


def test_a_role_without_the_permission_delivers_nothing(aws: Aws) -> None:
    url, queue = aws.queue(HUB)
    role = aws.role(HUB, allow("sqs:SendMessage", f"{queue}-other"), trust=SCHEDULER)
    every(aws, "rate(1 minute)", {"Arn": queue, "RoleArn": role, "Input": "{}"})
    aws.control.tick()
    assert aws.messages(HUB, url) == []
    assert queue in [each.question.resource for each in aws.control.denials()]


@pytest.mark.parametrize(("group", "arrives"), [("default", 1), ("another", 0)])
def test_the_role_s_trust_can_name_the_schedule_group(aws: Aws, group: str, arrives: int) -> None:
    url, queue = aws.queue(HUB)
    source = {"aws:SourceArn": f"arn:aws:scheduler:{REGION}:{HUB}:schedule-group/{group}"}
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": SCHEDULER,
        "Condition": {"ArnEquals": source},
    }
    role = aws.role(HUB, allow("sqs:SendMessage", queue), trust=trust)
    every(aws, "rate(1 minute)", {"Arn": queue, "RoleArn": role, "Input": "{}"})
    aws.control.tick()
    assert len(aws.messages(HUB, url)) == arrives


def test_a_role_that_trusts_another_service_delivers_nothing(aws: Aws) -> None:
    url, queue = aws.queue(HUB)
    role = aws.role(HUB, allow("sqs:SendMessage", queue), trust={"Service": "events.amazonaws.com"})
    every(aws, "rate(1 minute)", {"Arn": queue, "RoleArn": role, "Input": "{}"})
    aws.control.tick()
    assert aws.messages(HUB, url) == []


def test_a_bus_gets_an_event_of_the_schedule_s_source(aws: Aws) -> None:
    url, queue = aws.queue(
        HUB, allow("sqs:SendMessage", "{arn}", Principal={"Service": "events.amazonaws.com"})
    )
    source = aws.name("source")
    aws.rule(HUB, {"Arn": queue}, pattern={"source": [source]})
    bus = f"arn:aws:events:{REGION}:{HUB}:event-bus/default"
    role = aws.role(HUB, allow("events:PutEvents", bus), trust=SCHEDULER)
    parameters = {"Source": source, "DetailType": "Heartbeat"}
    target = {"Arn": bus, "RoleArn": role, "EventBridgeParameters": parameters, "Input": '{"contract": 1}'}
    every(aws, "rate(1 hour)", target)
    assert aws.control.tick() == 0
    assert aws.control.tick("rate(1 hour)") == 1
    [event] = aws.events_in(HUB, url)
    assert (event["detail-type"], event["detail"], event["account"]) == ("Heartbeat", {"contract": 1}, HUB)


def test_keywords_in_the_input_are_replaced(aws: Aws) -> None:
    url, queue = aws.queue(HUB)
    role = aws.role(HUB, allow("sqs:SendMessage", queue), trust=SCHEDULER)
    keywords = {"id": "<aws.scheduler.execution-id>", "arn": "<aws.scheduler.schedule-arn>"}
    arn = every(aws, "rate(1 minute)", {"Arn": queue, "RoleArn": role, "Input": json.dumps(keywords)})
    aws.control.tick()
    aws.control.tick()
    bodies = aws.events_in(HUB, url)
    assert [body["arn"] for body in bodies] == [arn, arn]
    assert len({body["id"] for body in bodies}) == 2


def test_what_cannot_be_delivered_goes_to_the_dead_letter_queue(aws: Aws) -> None:
    url, dead_letters = aws.queue(HUB)
    absent = f"arn:aws:sqs:{REGION}:{HUB}:absent"
    role = aws.role(HUB, allow("sqs:SendMessage", dead_letters), trust=SCHEDULER)
    target = {"Arn": absent, "RoleArn": role, "Input": "{}", "DeadLetterConfig": {"Arn": dead_letters}}
    every(aws, "rate(1 minute)", target)
    aws.control.tick()
    [message] = aws.messages(HUB, url)
    assert message["MessageAttributes"]["TARGET_ARN"]["StringValue"] == absent


def test_a_disabled_schedule_does_not_fire(aws: Aws) -> None:
    _, queue = aws.queue(HUB)
    role = aws.role(HUB, allow("sqs:SendMessage", queue), trust=SCHEDULER)
    aws.client("scheduler", HUB).create_schedule(
        Name=aws.name("schedule"),
        ScheduleExpression="rate(1 minute)",
        State="DISABLED",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": queue, "RoleArn": role, "Input": "{}"},
    )
    assert aws.control.tick() == 0


def test_a_schedule_fires_by_itself_when_it_is_due(aws: Aws) -> None:
    url, queue = aws.queue(HUB)
    role = aws.role(HUB, allow("sqs:SendMessage", queue), trust=SCHEDULER)
    refused = aws.role(HUB, trust=SCHEDULER)
    every(aws, "at(2026-01-01T00:00:00)", {"Arn": queue, "RoleArn": refused, "Input": "refused"})
    every(aws, "at(2026-01-01T00:00:00)", {"Arn": queue, "RoleArn": role, "Input": "due"})
    assert [message["Body"] for message in aws.messages(HUB, url, wait=5)] == ["due"]
