"""On-demand may be short too: that is no reason to act."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.e2e.installation import Installation
from tests.e2e.places import HUB_BUS, NORTH_US
from tests.e2e.services import HALVED, Service

RULE = "spot-failover-everything"


@pytest.fixture
def _everything_forwarded(installation: Installation) -> Iterator[None]:
    """Forward all that ECS says: the spoke's own rules would keep errors of on-demand tasks from the hub."""
    events = installation.client("events", NORTH_US)
    events.put_rule(Name=RULE, EventPattern=json.dumps({"source": ["aws.ecs"]}))
    role = NORTH_US.role_arn("spot-failover-forwarding")
    events.put_targets(Rule=RULE, Targets=[{"Id": "hub", "Arn": HUB_BUS, "RoleArn": role}])
    yield
    events.remove_targets(Rule=RULE, Ids=["hub"])
    events.delete_rule(Name=RULE)


@pytest.mark.usefixtures("_everything_forwarded")
def test_a_service_short_of_on_demand_tasks_is_left_alone(installation: Installation) -> None:
    service = Service(installation, NORTH_US, "quota").create(strategy=HALVED).running().register()
    installation.control.on_demand(NORTH_US.account, NORTH_US.region, 1)
    try:
        service.scale(6)
        installation.until(
            lambda: failures_forwarded(installation),
            lambda count: count >= 3,
            what="placement failures of on-demand tasks to reach the hub",
        )
        seen = datetime.now(UTC)
        installation.until(
            lambda: service.record().get("passed_at", ""),
            lambda passed: passed and datetime.fromisoformat(passed) > seen,
            what="a pass over the service after that",
        )
        assert service.record()["phase"] == "steady"
        assert {row["kind"] for row in service.evidence()} - {"spot_task_started"} == {"on_demand_shortage"}
        assert service.strategy() == HALVED
        assert not service.calls("UpdateService")
    finally:
        installation.control.on_demand(NORTH_US.account, NORTH_US.region, None)


def failures_forwarded(installation: Installation) -> int:
    """Count the service actions that reached the hub's queue for placement failures from there."""
    deliveries, _ = installation.control.deliveries()
    forwarded = {
        each["event_id"]
        for each in deliveries
        if each["source"] == NORTH_US.arn("events", f"rule/{RULE}")
        and each["detail_type"] == "ECS Service Action"
    }
    return sum(
        each["event_id"] in forwarded and each["target"].endswith("placement-failure-queue")
        for each in deliveries
    )
