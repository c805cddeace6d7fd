"""Policies that come, go, or cannot be used."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.e2e.installation import STATE_TABLE, Installation
from tests.e2e.places import HUB, NORTH, SOUTH
from tests.e2e.services import POLICY, Service


def test_a_service_whose_parameter_is_deleted_leaves(installation: Installation) -> None:
    service = Service(installation, SOUTH, "leaver").create().running().register()
    service.unregister()
    installation.until(
        service.record, lambda record: "leaving" in record, what="the hub to hear of it", ticking=False
    )
    # The hub waits for five minutes, and its clock is ours: they are taken off its record instead.
    earlier = (datetime.now(UTC) - timedelta(minutes=6)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    installation.client("dynamodb", HUB).update_item(
        TableName=STATE_TABLE,
        Key={"id": {"S": service.key}},
        UpdateExpression="SET leaving = :earlier",
        ConditionExpression="attribute_exists(leaving)",
        ExpressionAttributeValues={":earlier": {"S": earlier}},
    )
    installation.until(service.record, lambda record: not record, what="the hub to forget the service")
    assert installation.until(
        lambda: installation.audit("Service Left", service_id=service.key), what="the audit event of it"
    )
    assert not service.calls("UpdateService")


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        pytest.param("torn", json.dumps(POLICY)[:-1], "does not hold JSON", id="no JSON"),
        pytest.param(
            "scribbled",
            json.dumps(POLICY | {"thresholds": {"interruptions": "many"}}),
            "thresholds.interruptions",
            id="no policy",
        ),
    ],
)
def test_a_bad_policy_is_reported_and_the_last_good_one_kept(
    installation: Installation, name: str, text: str, complaint: str
) -> None:
    service = Service(installation, NORTH, name).create().running().register(owner="team-before")
    rejected = installation.metric("RejectedRegistrations")
    service.put_policy(text)
    reason = installation.until(
        lambda: installation.spoke(NORTH).get("rejected", {}).get(service.parameter, ""),
        what="the policy to be rejected",
        ticking=False,
    )
    assert service.parameter in reason
    assert complaint in reason
    installation.until(
        lambda: installation.metric("RejectedRegistrations"),
        lambda count: count > rejected,
        what="the rejection to be counted",
        ticking=False,
    )
    assert installation.until(
        lambda: installation.audit("Registration Rejected", reason=reason),
        what="the audit event of it",
    )
    assert service.record()["policy"]["owner"] == "team-before"
    assert "leaving" not in service.record()

    service.put_policy(json.dumps(POLICY | {"owner": "team-after"}))
    installation.until(
        lambda: (service.record()["policy"]["owner"], installation.spoke(NORTH).get("rejected", {})),
        lambda seen: seen == ("team-after", {}),
        what="the corrected policy",
        ticking=False,
    )
