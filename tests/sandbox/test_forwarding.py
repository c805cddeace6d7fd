"""Rules that send events to a bus of another account or region."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simulator.sandbox.organization import ORGANIZATION_ID
from tests.sandbox.acting import HUB, OTHER_REGION, OUTSIDER, REGION, SPOKE, Aws, allow

EVENTS = {"Service": "events.amazonaws.com"}
FORWARDED = {
    "StringEquals": {"aws:PrincipalOrgID": ORGANIZATION_ID, "events:eventBusInvocation": "true"},
}


class Hub:
    """A bus that admits the organization's rules, and a queue that gets all of it."""

    def __init__(self, aws: Aws, region: str = REGION) -> None:
        self.aws = aws
        self.region = region
        self.bus = aws.bus(
            HUB, allow("events:PutEvents", "{arn}", Principal="*", Condition=FORWARDED), region=region
        )
        admitting = allow("sqs:SendMessage", "{arn}", Principal=EVENTS)
        self.url, queue = aws.queue(HUB, admitting, region=region)
        pattern = {"source": [{"prefix": ""}]}
        aws.rule(HUB, {"Arn": queue}, bus=self.bus.rsplit("/", 1)[-1], pattern=pattern, region=region)

    def received(self) -> list[dict[str, Any]]:
        return self.aws.events_in(HUB, self.url, region=self.region)


def forwarding(
    aws: Aws, bus: str, *, account: str = SPOKE, region: str = REGION, role: str | None = None, **target: Any
) -> tuple[str, str]:
    """Give an account's default bus a rule that forwards one source; returns source and rule."""
    source = aws.name("app")
    role = role or aws.role(account, allow("events:PutEvents", bus), trust=EVENTS)
    rule = aws.rule(
        account, {"Arn": bus, "RoleArn": role, **target}, pattern={"source": [source]}, region=region
    )
    return source, rule


def dead_letter_queue(aws: Aws, *, admits: bool = True) -> tuple[str, str]:
    statements = [allow("sqs:SendMessage", "{arn}", Principal=EVENTS)] if admits else []
    return aws.queue(SPOKE, *statements)


@pytest.mark.parametrize("region", [REGION, OTHER_REGION])
def test_an_event_arrives_in_another_account_as_it_was(aws: Aws, region: str) -> None:
    hub = Hub(aws)
    source, _ = forwarding(aws, hub.bus, region=region)
    sent = aws.put_event(
        SPOKE, source, region=region, Resources=["arn:a"], Detail='{"a": 1}', Time="2026-01-02T03:04:05Z"
    )
    assert hub.received() == [
        {
            "version": "0",
            "id": sent["EventId"],
            "source": source,
            "account": SPOKE,
            "time": "2026-01-02T03:04:05Z",
            "region": region,
            "resources": ["arn:a"],
            "detail-type": "Test",
            "detail": {"a": 1},
        }
    ]


def test_an_event_of_an_aws_service_keeps_its_source(aws: Aws) -> None:
    hub = Hub(aws)
    role = aws.role(SPOKE, allow("events:PutEvents", hub.bus), trust=EVENTS)
    cluster = aws.name("cluster")
    pattern = {"source": ["aws.ecs"], "detail": {"clusterArn": [cluster]}}
    aws.rule(SPOKE, {"Arn": hub.bus, "RoleArn": role}, pattern=pattern)
    envelope = {
        "version": "0",
        "id": "8f07966c-b005-4a0f-9ee9-63d2c41448b3",
        "detail-type": "ECS Task State Change",
        "source": "aws.ecs",
        "account": SPOKE,
        "time": "2026-07-01T10:00:00Z",
        "region": REGION,
        "resources": ["arn:task"],
        "detail": {"clusterArn": cluster},
    }
    aws.control.emit(envelope)
    assert hub.received() == [envelope]


def test_two_accounts_can_forward_with_rules_of_the_same_name(aws: Aws) -> None:
    hub = Hub(aws)
    source = aws.name("app")
    for account in (HUB, SPOKE):
        role = aws.role(account, allow("events:PutEvents", hub.bus), trust=EVENTS)
        events = aws.client("events", account)
        events.put_rule(Name=source, EventPattern=json.dumps({"source": [source]}))
        events.put_targets(Rule=source, Targets=[{"Id": "hub", "Arn": hub.bus, "RoleArn": role}])
        aws.put_event(account, source)
    assert [event["account"] for event in hub.received()] == [HUB, SPOKE]


def test_the_receiving_bus_has_to_admit_the_sender(aws: Aws) -> None:
    hub = Hub(aws)
    source, _ = forwarding(aws, hub.bus, account=OUTSIDER)
    aws.put_event(OUTSIDER, source)
    assert hub.received() == []


def test_the_role_has_to_be_allowed_to_put_events_on_that_bus(aws: Aws) -> None:
    hub = Hub(aws)
    role = aws.role(SPOKE, allow("events:PutEvents", f"{hub.bus}-other"), trust=EVENTS)
    source, _ = forwarding(aws, hub.bus, role=role)
    aws.put_event(SPOKE, source)
    assert hub.received() == []


def test_the_role_has_to_trust_eventbridge(aws: Aws) -> None:
    hub = Hub(aws)
    role = aws.role(SPOKE, allow("events:PutEvents", hub.bus), trust={"Service": "ecs.amazonaws.com"})
    source, _ = forwarding(aws, hub.bus, role=role)
    aws.put_event(SPOKE, source)
    assert hub.received() == []


def test_what_is_refused_goes_to_the_dead_letter_queue(aws: Aws) -> None:
    hub = Hub(aws)
    url, queue = dead_letter_queue(aws)
    role = aws.role(SPOKE, trust=EVENTS)
    source, rule = forwarding(aws, hub.bus, role=role, DeadLetterConfig={"Arn": queue})
    aws.put_event(SPOKE, source)
    [message] = aws.messages(SPOKE, url)
    attributes = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
    assert json.loads(message["Body"])["source"] == source
    assert (attributes["RULE_ARN"], attributes["TARGET_ARN"], attributes["ERROR_CODE"]) == (
        rule,
        hub.bus,
        "NO_PERMISSIONS",
    )
    assert hub.received() == []


def test_an_event_for_a_bus_that_does_not_exist_yet_goes_to_the_dead_letter_queue(aws: Aws) -> None:
    url, queue = dead_letter_queue(aws)
    bus = f"arn:aws:events:{REGION}:{HUB}:event-bus/{aws.name('absent')}"
    source, _ = forwarding(aws, bus, DeadLetterConfig={"Arn": queue})
    aws.put_event(SPOKE, source)
    [message] = aws.messages(SPOKE, url)
    assert message["MessageAttributes"]["ERROR_CODE"]["StringValue"] == "NO_RESOURCE"
    assert bus not in [each.question.resource for each in aws.control.denials()]


def test_a_dead_letter_queue_that_does_not_admit_the_rule_gets_nothing(aws: Aws) -> None:
    hub = Hub(aws)
    url, queue = dead_letter_queue(aws, admits=False)
    source, rule = forwarding(
        aws, hub.bus, role=aws.role(SPOKE, trust=EVENTS), DeadLetterConfig={"Arn": queue}
    )
    aws.put_event(SPOKE, source)
    assert aws.messages(SPOKE, url) == []
    deliveries, _ = aws.control.deliveries()
    ends = {each["target"]: each["outcome"] for each in deliveries if each["source"] == rule}
    assert ends == {hub.bus: "dropped", queue: "dropped"}


def test_buses_that_forward_to_each_other_do_not_loop(aws: Aws) -> None:
    there = aws.bus(SPOKE, allow("events:PutEvents", "{arn}", Principal="*"))
    here = aws.bus(SPOKE, allow("events:PutEvents", "{arn}", Principal="*"))
    source = aws.name("app")
    for origin, destination in ((there, here), (here, there)):
        role = aws.role(SPOKE, allow("events:PutEvents", destination), trust=EVENTS)
        aws.rule(
            SPOKE,
            {"Arn": destination, "RoleArn": role},
            bus=origin.rsplit("/", 1)[-1],
            pattern={"source": [source]},
        )
    event_id = aws.put_event(SPOKE, source, bus=there)["EventId"]
    deliveries, _ = aws.control.deliveries()
    passed = [
        each["target"]
        for each in deliveries
        if each["event_id"] == event_id and each["outcome"] == "delivered"
    ]
    assert passed in ([there, here], [here, there])


def test_an_event_from_another_account_does_not_travel_to_a_third(aws: Aws) -> None:
    hub = Hub(aws)
    third = aws.bus(OUTSIDER, allow("events:PutEvents", "{arn}", Principal="*"))
    source, _ = forwarding(aws, hub.bus)
    role = aws.role(HUB, allow("events:PutEvents", third), trust=EVENTS)
    aws.rule(
        HUB, {"Arn": third, "RoleArn": role}, bus=hub.bus.rsplit("/", 1)[-1], pattern={"source": [source]}
    )
    event_id = aws.put_event(SPOKE, source)["EventId"]
    deliveries, _ = aws.control.deliveries()
    ends = {each["target"]: each["error_code"] for each in deliveries if each["event_id"] == event_id}
    assert (ends[hub.bus], ends[third]) == ("", "HOP_LIMIT")
    assert [event["account"] for event in hub.received()] == [SPOKE]
