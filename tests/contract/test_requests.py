"""What the adapters to the hub's own tables and queue send, to the letter: item layout, conditions, ids.

Every request of every test here is held against botocore's model as well (`hub.Aws`).
"""

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer

from spot_failover.adapters.evidence import DynamoEvidenceLog
from spot_failover.adapters.state import DynamoServices, DynamoSpokes
from spot_failover.adapters.tables import Table, encoded
from spot_failover.adapters.work_queue import SqsWorkQueue
from spot_failover.domain.errors import RefusedError, UnreachableError
from spot_failover.domain.identity import ServiceId
from spot_failover.domain.policy import Mode
from spot_failover.domain.readiness import Check, Finding
from spot_failover.domain.record import Record, Spoke
from spot_failover.domain.registration import Registration
from tests.contract.examples import (
    HERE,
    INTERRUPTION,
    MINUTE,
    NOW,
    PLACEMENT_FAILURE,
    POLICY,
    REGISTRATION,
    TASK,
    WEB,
    full,
)
from tests.contract.hub import Hub
from tests.contract.wire import Answers


@pytest.fixture
def services(hub: Hub) -> DynamoServices:
    return DynamoServices(Table(hub.aws.dynamodb, hub.state_table))


@pytest.fixture
def evidence(hub: Hub) -> DynamoEvidenceLog:
    return DynamoEvidenceLog(Table(hub.aws.dynamodb, hub.evidence_table))


def item(hub: Hub, key: str = WEB.key) -> dict[str, Any]:
    """Return an item of the state table as a person reads it."""
    found = hub.aws.dynamodb.get_item(TableName=hub.state_table, Key={"id": {"S": key}})["Item"]
    return {name: TypeDeserializer().deserialize(value) for name, value in found.items()}


def actions(hub: Hub) -> list[str]:
    return [request.action for request in hub.requests]


# --- the state table ---


def test_a_registered_service_can_be_read_in_the_console(services: DynamoServices, hub: Hub) -> None:
    services.register(REGISTRATION, NOW)

    written = item(hub)

    policy = written.pop("policy")
    assert (policy["schema"], policy["mode"], policy["owner"]) == (1, "switch", "checkout team")
    assert policy["thresholds"]["scale"] == "circuit_breaker"
    assert written == {
        "id": "222233334444::eu-central-1::shop::web",
        "parent": "222233334444::eu-central-1",
        "operation": "dry_run",
        "phase": "steady",
        "since": "2026-03-02T09:14:05.250Z",
        "version": 0,
    }


def test_the_seed_s_attributes_keep_their_meaning(services: DynamoServices, hub: Hub) -> None:
    """config: the original strategy; event: what set it off; scheduled: whether a restore is due."""
    services.register(REGISTRATION, NOW)
    services.save(full(Record(WEB, POLICY, since=NOW)))

    written = item(hub)

    assert written["config"] == {
        "capacity_provider_strategy": [
            {"capacity_provider": "FARGATE_SPOT", "weight": 3, "base": 0},
            {"capacity_provider": "FARGATE", "weight": 1, "base": 2},
        ],
        "on_demand_capacity_provider_strategy": [
            {"capacity_provider": "FARGATE", "weight": 10, "base": 2},
            {"capacity_provider": "FARGATE_SPOT", "weight": 0, "base": 0},
        ],
        "desired_count": 4,
        "minimum_healthy_percent": 50,
        "maximum_percent": 150,
        "mode": "standby",
        "standby": "web-standby",
    }
    assert written["event"] == {
        "kind": "spot_interruption",
        "time": "2026-03-02T09:14:05.000Z",
        "event_id": INTERRUPTION.event_id,
        "task_arn": TASK,
        "reason": "Your Spot Task was interrupted.",
        "lacks_capacity": False,
        "stopped": True,
        "drill": False,
    }
    assert written["scheduled"] is True


def test_a_calm_service_has_nothing_scheduled_and_no_empty_attributes(
    services: DynamoServices, hub: Hub
) -> None:
    services.register(REGISTRATION, NOW)
    services.save(Record(WEB, POLICY, since=NOW, reason="4 of 4 tasks are running.", passed_at=NOW))

    written = item(hub)

    assert written.pop("policy")
    assert written == {
        "id": WEB.key,
        "parent": HERE.key,
        "operation": "dry_run",
        "phase": "steady",
        "reason": "4 of 4 tasks are running.",
        "since": "2026-03-02T09:14:05.250Z",
        "passed_at": "2026-03-02T09:14:05.250Z",
        "scheduled": False,
        "attempt": 0,
        "version": 1,
    }


def test_a_save_is_one_conditional_write_of_the_pass_s_attributes(services: DynamoServices, hub: Hub) -> None:
    services.register(REGISTRATION, NOW)
    hub.requests.clear()

    services.save(full(Record(WEB, POLICY, since=NOW)))

    (request,) = hub.requests
    names = request.parameters["ExpressionAttributeNames"]
    written = {
        part.partition("=")[0].strip()
        for part in request.parameters["UpdateExpression"].removeprefix("SET ").split(", ")
    }
    assert request.action == "dynamodb:UpdateItem"
    assert {names[name] for name in written}.isdisjoint({"policy", "operation", "leaving", "missing_since"})
    name, _, value = request.parameters["ConditionExpression"].partition(" = ")
    assert names[name] == "version"
    assert request.parameters["ExpressionAttributeValues"][value] == {"N": "0"}


def test_loading_is_one_consistent_read(services: DynamoServices, hub: Hub) -> None:
    services.load(WEB)

    (request,) = hub.requests
    assert request.action == "dynamodb:GetItem"
    assert request.parameters["ConsistentRead"] is True


def test_nothing_is_ever_scanned(services: DynamoServices, hub: Hub) -> None:
    spokes = DynamoSpokes(Table(hub.aws.dynamodb, hub.state_table))
    services.register(REGISTRATION, NOW)
    spokes.save(Spoke(HERE))
    hub.requests.clear()

    services.at(HERE)
    list(spokes.all())

    assert actions(hub) == ["dynamodb:Query"] * 2
    assert {request.parameters["IndexName"] for request in hub.requests} == {"parent"}


def test_a_spoke_belongs_to_the_fleet(hub: Hub) -> None:
    DynamoSpokes(Table(hub.aws.dynamodb, hub.state_table)).save(Spoke(HERE, refreshed_at=NOW))

    assert item(hub, "spoke::222233334444::eu-central-1") == {
        "id": "spoke::222233334444::eu-central-1",
        "parent": "fleet",
        "refreshed_at": "2026-03-02T09:14:05.250Z",
        "silent": False,
        "failures": 0,
    }


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("phase", {"S": "standby"}),
        ("policy", {"M": {"schema": {"N": "2"}}}),
        ("policy", {"M": {"schema": {"N": "1"}, "mode": {"S": "dance"}}}),
        ("since", {"S": "yesterday"}),
        ("applied", {"M": {"at": {"S": "2026-03-02T09:14:05.250Z"}, "new": {"S": "field"}}}),
    ],
)
def test_an_item_that_cannot_be_read_is_named_and_does_not_hide_the_others(
    services: DynamoServices,
    hub: Hub,
    caplog: pytest.LogCaptureFixture,
    attribute: str,
    value: dict[str, Any],
) -> None:
    other = ServiceId(HERE.account, HERE.region, "shop", "api")
    for service in (WEB, other):
        services.register(Registration(service, POLICY), NOW)
    hub.aws.dynamodb.update_item(
        TableName=hub.state_table,
        Key={"id": {"S": WEB.key}},
        UpdateExpression="SET #name = :value",
        ExpressionAttributeNames={"#name": attribute},
        ExpressionAttributeValues={":value": value},
    )

    with pytest.raises(RefusedError, match=f"item {WEB.key} cannot be read"):
        services.load(WEB)
    assert [record.id for record in services.at(HERE)] == [other]
    assert f"item {WEB.key} cannot be read" in caplog.text


def test_a_policy_stays_readable_when_bounds_are_tightened_and_fields_go(
    services: DynamoServices, hub: Hub
) -> None:
    """What SSM says is read strictly; what was good when it was stored must not stop a pass."""
    services.register(REGISTRATION, NOW)
    hub.aws.dynamodb.update_item(
        TableName=hub.state_table,
        Key={"id": {"S": WEB.key}},
        UpdateExpression="SET #policy.#restore.window_seconds = :long, #policy.#restore.gone = :long",
        ExpressionAttributeNames={"#policy": "policy", "#restore": "restore"},
        ExpressionAttributeValues={":long": {"N": "1000000"}},
    )

    record = services.load(WEB)

    assert record is not None
    assert record.policy == replace(POLICY, restore=replace(POLICY.restore, window_seconds=1_000_000))


def test_findings_of_a_newer_hub_do_not_keep_a_service_from_being_looked_at(
    services: DynamoServices, hub: Hub
) -> None:
    services.register(REGISTRATION, NOW)
    known = Finding(Check.ZONES, "One only.")
    services.note_findings(WEB, [known], NOW)
    newer = [{"check": "moon_phase", "sentence": "It wanes."}, {"check": "zones", "text": "One."}, {}]
    hub.aws.dynamodb.update_item(
        TableName=hub.state_table,
        Key={"id": {"S": WEB.key}},
        UpdateExpression="SET findings = list_append(:newer, findings)",
        ExpressionAttributeValues=encoded({":newer": newer}),
    )

    record = services.load(WEB)

    assert record is not None
    assert record.findings == (known,)


def test_a_failover_that_began_before_there_were_modes_is_a_switch(
    services: DynamoServices, hub: Hub
) -> None:
    services.register(REGISTRATION, NOW)
    services.save(full(Record(WEB, POLICY, since=NOW)))
    hub.aws.dynamodb.update_item(
        TableName=hub.state_table,
        Key={"id": {"S": WEB.key}},
        UpdateExpression="REMOVE config.#mode, config.standby",
        ExpressionAttributeNames={"#mode": "mode"},
    )

    record = services.load(WEB)

    assert record is not None
    assert record.config is not None
    assert (record.config.mode, record.config.standby) == (Mode.SWITCH, "")


def test_what_a_pass_holds_can_be_read_in_the_console(services: DynamoServices, hub: Hub) -> None:
    services.register(REGISTRATION, NOW)
    services.save(full(Record(WEB, POLICY, since=NOW)))

    written = item(hub)

    assert (written["demand"], written["claimed"]) == (0, "web-standby")
    assert written["held"] == {
        "spot": 0,
        "standby": 4,
        "at": "2026-03-02T09:13:05.250Z",
        "confirmed": True,
        "spot_at": "2026-03-02T09:13:05.250Z",
    }
    assert written["scaling"] == {
        "dynamic_scaling_in_suspended": True,
        "dynamic_scaling_out_suspended": False,
        "scheduled_scaling_suspended": True,
    }
    assert written["restores"] == ["2026-03-02T09:12:05.250Z", "2026-03-02T09:13:05.250Z"]
    assert written["told"] == ["On-demand is short too.", "The standby has other subnets."]


def test_a_spoke_s_item_that_cannot_be_read_is_named(hub: Hub) -> None:
    spokes = DynamoSpokes(Table(hub.aws.dynamodb, hub.state_table))
    spokes.save(Spoke(HERE))
    hub.aws.dynamodb.update_item(
        TableName=hub.state_table,
        Key={"id": {"S": "spoke::222233334444::eu-central-1"}},
        UpdateExpression="SET refreshed_at = :text",
        ExpressionAttributeValues={":text": {"S": "yesterday"}},
    )

    with pytest.raises(RefusedError, match="item spoke::222233334444::eu-central-1 cannot be read"):
        spokes.load(HERE)


# --- the evidence table ---


def test_a_row_is_keyed_by_service_time_kind_and_task_and_goes_after_a_week(
    evidence: DynamoEvidenceLog, hub: Hub
) -> None:
    evidence.add(WEB, INTERRUPTION)

    (request,) = hub.requests
    row = request.parameters["Item"]
    assert request.action == "dynamodb:PutItem"
    assert row["id"] == {"S": WEB.key}
    assert row["at"] == {"S": f"2026-03-02T09:14:05.000Z#spot_interruption#{TASK}#{INTERRUPTION.event_id}"}
    assert row["expires_at"] == {"N": str(int(INTERRUPTION.time.timestamp()) + 7 * 24 * 3600)}


def test_a_row_without_a_task_is_keyed_by_the_event(evidence: DynamoEvidenceLog, hub: Hub) -> None:
    evidence.add(WEB, PLACEMENT_FAILURE)

    row = hub.requests[0].parameters["Item"]
    assert row["at"] == {"S": f"2026-03-02T09:14:05.000Z#spot_placement_failure#{PLACEMENT_FAILURE.event_id}"}
    assert "task_arn" not in row


def test_evidence_is_read_consistently_and_bounded_by_time(evidence: DynamoEvidenceLog, hub: Hub) -> None:
    evidence.read(WEB, NOW - MINUTE)

    (request,) = hub.requests
    assert request.action == "dynamodb:Query"
    assert request.parameters["ConsistentRead"] is True
    assert request.parameters["KeyConditionExpression"] == "id = :id AND #at >= :since"
    assert request.parameters["ExpressionAttributeValues"][":since"] == {"S": "2026-03-02T09:13:05.250Z"}


# --- the work queue ---


def hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_wake_up_has_a_group_for_its_service_and_the_cause_s_id(hub: Hub) -> None:
    SqsWorkQueue(hub.aws.sqs, hub.queue_url).reconcile([WEB], "spot_interruption", "event-1")

    (request,) = hub.requests
    (entry,) = request.parameters["Entries"]
    assert request.action == "sqs:SendMessageBatch"
    assert entry["MessageGroupId"] == hashed(WEB.key)
    assert entry["MessageDeduplicationId"] == hashed(f"event-1|{hashed(WEB.key)}")
    assert json.loads(entry["MessageBody"]) == {
        "job": "reconcile",
        "account": "222233334444",
        "region": "eu-central-1",
        "cluster": "shop",
        "service": "web",
        "cause": "spot_interruption",
        "cause_id": "event-1",
    }


def test_a_survey_has_a_group_for_its_account_and_region(hub: Hub) -> None:
    queue = SqsWorkQueue(hub.aws.sqs, hub.queue_url)
    queue.survey([HERE], "tick", "message-1")
    queue.survey([HERE], "registration", "event-1", deleted="/spot-failover/spoke")

    tick, registration = (request.parameters["Entries"][0] for request in hub.requests)
    assert tick["MessageGroupId"] == hashed(HERE.key)
    assert json.loads(tick["MessageBody"]) == {
        "job": "survey",
        "account": "222233334444",
        "region": "eu-central-1",
        "cause": "tick",
        "cause_id": "message-1",
    }
    assert json.loads(registration["MessageBody"]) == {
        "job": "survey",
        "account": "222233334444",
        "region": "eu-central-1",
        "cause": "registration",
        "cause_id": "event-1",
        "deleted": "/spot-failover/spoke",
    }


def test_wake_ups_go_out_ten_to_a_call(hub: Hub) -> None:
    services = [ServiceId(HERE.account, HERE.region, "shop", f"web-{number}") for number in range(21)]

    SqsWorkQueue(hub.aws.sqs, hub.queue_url).reconcile(services, "survey", "tick-1")

    assert [len(request.parameters["Entries"]) for request in hub.requests] == [10, 10, 1]


def test_a_wake_up_that_the_queue_did_not_take_is_a_fault(hub: Hub, answers: Answers) -> None:
    failed = {"Id": "0", "SenderFault": False, "Code": "InternalError", "Message": "Try again."}
    answers("sqs.SendMessageBatch", {"Successful": [], "Failed": [failed]})

    with pytest.raises(
        UnreachableError, match=r"did not take 1 of 1 wake-ups\. AWS says InternalError: Try again\."
    ):
        SqsWorkQueue(hub.aws.sqs, hub.queue_url).reconcile([WEB], "survey", "tick-1")


def test_the_queue_and_tables_that_do_not_exist_are_named(hub: Hub) -> None:
    with pytest.raises(RefusedError, match=r"dynamodb:GetItem for .* in table gone was refused\."):
        DynamoServices(Table(hub.aws.dynamodb, "gone")).load(WEB)
    with pytest.raises(RefusedError, match=r"sqs:SendMessage for queue .*/gone\.fifo was refused\."):
        SqsWorkQueue(hub.aws.sqs, f"{hub.queue_url.rpartition('/')[0]}/gone.fifo").reconcile([WEB], "c", "1")
