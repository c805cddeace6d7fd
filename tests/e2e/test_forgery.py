"""Whoever speaks for another account is turned away, and counted."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from tests.e2e.installation import Installation
from tests.e2e.places import HUB_BUS, NORTH, SOUTH, SPOKE_ROLE
from tests.e2e.services import SPOT, Service


def test_a_drill_for_another_account_s_service_is_rejected_and_counted(installation: Installation) -> None:
    victim = Service(installation, NORTH, "victim").create().running().register()
    rejected = installation.metric("RejectedEvents")
    assert "EventId" in victim.drill(sender=SOUTH)
    installation.until(
        lambda: installation.metric("RejectedEvents"),
        lambda count: count > rejected,
        what="the forged drill to be counted",
    )
    installation.quiet()
    assert installation.metric("RejectedEvents") == rejected + 1
    assert any(SOUTH.account in told and victim.arn in told for told in installation.complaints())
    assert not [row for row in victim.evidence() if row["kind"] != "spot_task_started"]
    assert victim.strategy() == SPOT
    assert not victim.calls("UpdateService")


def test_nobody_but_a_forwarding_rule_puts_events_on_the_hub_s_bus(installation: Installation) -> None:
    events = installation.client("events", SOUTH)
    forged = {
        "Source": "spot-failover.spoke",
        "DetailType": "Heartbeat",
        "Detail": json.dumps({"contract": 1}),
        "EventBusName": HUB_BUS,
    }
    [entry] = events.put_events(Entries=[forged])["Entries"]
    assert "EventId" not in entry
    assert entry["ErrorCode"] == "AccessDeniedException"


def test_nobody_but_the_hub_s_work_function_assumes_a_spoke_s_role(installation: Installation) -> None:
    sts = installation.client("sts", SOUTH)
    with pytest.raises(ClientError) as refused:
        sts.assume_role(
            RoleArn=NORTH.role_arn(SPOKE_ROLE), RoleSessionName="intruder", ExternalId="spot-failover"
        )
    assert refused.value.response["Error"]["Code"] == "AccessDenied"
