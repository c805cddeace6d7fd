"""Destroying while services are failed over: by mistake, and in the order that the documentation gives."""

from __future__ import annotations

from tests.e2e.places import HUB, NORTH, Place
from tests.e2e.services import SPOT
from tests.reliability.sandbox.conftest import TASKS, Stand


def left_behind(stand: Stand, place: Place) -> list[str]:
    """Return what still bears the product's name in an account and region."""
    here = stand.installation

    def pages(service: str, operation: str, key: str, name: str) -> list[str]:
        found = here.client(service, place).get_paginator(operation).paginate()
        return [each[name] if name else each for page in found for each in page[key]]

    names = [
        *pages("dynamodb", "list_tables", "TableNames", ""),
        *pages("lambda", "list_functions", "Functions", "FunctionName"),
        *pages("sqs", "list_queues", "QueueUrls", ""),
        *pages("sns", "list_topics", "Topics", "TopicArn"),
        *pages("iam", "list_roles", "Roles", "RoleName"),
        *pages("scheduler", "list_schedules", "Schedules", "Name"),
        *pages("logs", "describe_log_groups", "logGroups", "logGroupName"),
        *pages("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
        *pages("ssm", "describe_parameters", "Parameters", "Name"),
        *(bus["Name"] for bus in here.client("events", place).list_event_buses()["EventBuses"]),
        *(rule["Name"] for rule in here.client("events", place).list_rules()["Rules"]),
    ]
    ours = ("spot-failover", "fargate-spot", "ecs_cp_restore", "CentralSpotAutomation")
    return [name for name in names if any(part in name for part in ours)]


def test_a_spoke_destroyed_in_a_failover_leaves_what_serves_and_comes_home_when_it_is_back(
    stand: Stand,
) -> None:
    stand.moved()
    since = len(stand.installation.control.log()[0])
    stand.workloads.destroy()
    gone = stand.installation.until(
        lambda: stand.installation.spoke(NORTH), lambda spoke: "gone_at" in spoke, what="the spoke to be gone"
    )
    assert "was not allowed" in gone["last_error"]
    assert left_behind(stand, NORTH) == []
    for service in stand.protected:
        assert service.record()["phase"] != "steady"
    assert {name: least for name, least in stand.lowest(since).items() if least < TASKS} == {}

    stand.apply()
    stand.home()
    assert stand.web.strategy() == SPOT


def test_drained_first_everything_can_go_and_services_stay_as_their_owners_had_them(stand: Stand) -> None:
    stand.moved()
    stand.apply(operation="drain")
    stand.home()
    stand.workloads.destroy()
    stand.hub.destroy()

    assert stand.web.strategy() == SPOT
    for pair in (stand.api, stand.worker):
        assert pair.counts() == ((TASKS, 0), (TASKS, 0))
        assert pair.spot.strategy() == SPOT
    assert left_behind(stand, NORTH) == []
    assert left_behind(stand, HUB) == []
