"""Policies of event buses: kept as they came, and asked at PutEvents."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from simulator.sandbox.organization import ORGANIZATION_ID
from tests.sandbox.acting import HUB, OTHER_REGION, OUTSIDER, SPOKE, Aws, allow, deny, document

ORGANIZATION = {"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION_ID}}


def bus_name(arn: str) -> str:
    return arn.rsplit("/", 1)[-1]


def delivered_to(aws: Aws, bus: str) -> str:
    """Give a bus of the hub a rule that sends every event to a queue; returns the queue's URL."""
    admitting = allow("sqs:SendMessage", "{arn}", Principal={"Service": "events.amazonaws.com"})
    url, queue = aws.queue(HUB, admitting)
    aws.rule(HUB, {"Arn": queue}, bus=bus_name(bus), pattern={"account": [HUB, SPOKE, OUTSIDER]})
    return url


def test_a_whole_policy_is_kept_as_it_came(aws: Aws) -> None:
    statement = allow("events:PutEvents", "{arn}", Principal="*", Sid="Organization", Condition=ORGANIZATION)
    bus = aws.bus(HUB, statement)
    stored = aws.client("events", HUB).describe_event_bus(Name=bus_name(bus))["Policy"]
    assert json.loads(stored) == document({**statement, "Resource": bus})


def test_a_single_permission_keeps_its_principal_and_condition(aws: Aws) -> None:
    bus = aws.bus(HUB)
    events = aws.client("events", HUB)
    put = {"EventBusName": bus_name(bus), "Action": "events:PutEvents"}
    events.put_permission(**put, StatementId="Spoke", Principal=SPOKE)
    condition = {"Type": "StringEquals", "Key": "aws:PrincipalOrgID", "Value": ORGANIZATION_ID}
    events.put_permission(**put, StatementId="Organization", Principal="*", Condition=condition)
    policy = json.loads(events.describe_event_bus(Name=bus_name(bus))["Policy"])
    principals = {each["Sid"]: (each["Principal"], each.get("Condition")) for each in policy["Statement"]}
    assert principals == {
        "Spoke": ({"AWS": f"arn:aws:iam::{SPOKE}:root"}, None),
        "Organization": ("*", ORGANIZATION),
    }
    events.remove_permission(EventBusName=bus_name(bus), StatementId="Organization")
    assert aws.put_event(SPOKE, "test", bus=bus).get("EventId")
    events.remove_permission(EventBusName=bus_name(bus), StatementId="Spoke")
    assert "Policy" not in events.describe_event_bus(Name=bus_name(bus))


def test_a_bus_that_is_made_again_has_no_policy(aws: Aws) -> None:
    bus = aws.bus(HUB, allow("events:PutEvents", "{arn}", Principal="*"))
    events = aws.client("events", HUB)
    events.delete_event_bus(Name=bus_name(bus))
    events.create_event_bus(Name=bus_name(bus))
    assert "Policy" not in events.describe_event_bus(Name=bus_name(bus))


def test_another_account_may_put_events_only_where_the_policy_admits_it(aws: Aws) -> None:
    bus = aws.bus(HUB, allow("events:PutEvents", "{arn}", Principal="*", Condition=ORGANIZATION))
    url = delivered_to(aws, bus)
    assert aws.put_event(SPOKE, "admitted", bus=bus).get("EventId")
    assert aws.put_event(OUTSIDER, "refused", bus=bus)["ErrorCode"] == "AccessDeniedException"
    assert [(event["source"], event["account"]) for event in aws.events_in(HUB, url)] == [("admitted", SPOKE)]


def test_an_account_list_admits_exactly_those_accounts(aws: Aws) -> None:
    accounts = {"AWS": [f"arn:aws:iam::{SPOKE}:root"]}
    bus = aws.bus(HUB, allow("events:PutEvents", "{arn}", Principal=accounts))
    assert aws.put_event(SPOKE, "test", bus=bus).get("EventId")
    assert aws.put_event(OUTSIDER, "test", bus=bus)["ErrorCode"] == "AccessDeniedException"


def test_without_a_policy_only_the_own_account_may(aws: Aws) -> None:
    bus = aws.bus(HUB)
    assert aws.put_event(HUB, "test", bus=bus).get("EventId")
    assert aws.put_event(SPOKE, "test", bus=bus)["ErrorCode"] == "AccessDeniedException"
    assert aws.put_event(HUB, "test", bus=bus, region=OTHER_REGION)["ErrorCode"] == "AccessDeniedException"


def test_a_policy_can_admit_only_what_a_rule_forwards(aws: Aws) -> None:
    by_rule = {"Condition": {"StringEquals": {"events:eventBusInvocation": "true"}}}
    bus = aws.bus(HUB, allow("events:PutEvents", "{arn}", Principal="*", **by_rule))
    assert aws.put_event(SPOKE, "test", bus=bus)["ErrorCode"] == "AccessDeniedException"


@pytest.mark.parametrize("source", ["spot-failover", "other"])
def test_a_role_needs_the_permission_for_this_bus_and_source(aws: Aws, source: str) -> None:
    bus = aws.bus(HUB)
    own_source = {"Condition": {"StringEquals": {"events:source": "spot-failover"}}}
    worker = aws.assume(aws.role(HUB, allow("events:PutEvents", bus, **own_source)))
    if source == "spot-failover":
        assert aws.put_event(worker, source, bus=bus).get("EventId")
        return
    with pytest.raises(ClientError, match="AccessDeniedException"):
        aws.put_event(worker, source, bus=bus)


def test_a_denial_in_the_policy_binds_the_own_account_too(aws: Aws) -> None:
    drills: dict[str, Any] = {"Condition": {"StringEquals": {"events:source": "test.aws.ecs"}}}
    bus = aws.bus(HUB, deny("events:PutEvents", "{arn}", Principal="*", **drills))
    worker = aws.assume(aws.role(HUB, allow("events:PutEvents")))
    assert aws.put_event(worker, "other", bus=bus).get("EventId")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        aws.put_event(worker, "test.aws.ecs", bus=bus)
    assert aws.put_event(HUB, "test.aws.ecs", bus=bus)["ErrorCode"] == "AccessDeniedException"


def test_nobody_puts_events_of_aws_s_own_services(aws: Aws) -> None:
    assert aws.put_event(HUB, "aws.ecs")["ErrorCode"] == "NotAuthorizedForSourceException"


def test_an_event_carries_the_time_its_sender_gave(aws: Aws) -> None:
    bus = aws.bus(HUB)
    url = delivered_to(aws, bus)
    aws.put_event(HUB, "test", bus=bus, Time="2026-01-02T03:04:05Z", Resources=["arn:of:something"])
    [event] = aws.events_in(HUB, url)
    assert (event["time"], event["resources"]) == ("2026-01-02T03:04:05Z", ["arn:of:something"])
