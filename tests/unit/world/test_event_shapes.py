"""Every emitted event has the shape that AWS's captured and documented events have."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from simulator.world import Behaviour
from tests.unit.world.stage import ACCOUNT, CLUSTER, ON_DEMAND, REGION, TARGET_GROUP, Stage, key

SECONDS = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
MILLISECONDS = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,2}[1-9])?Z$")
UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
TASK_ARN = re.compile(rf"^arn:aws:ecs:{REGION}:{ACCOUNT}:task/main/[0-9a-f]{{32}}$")
DEPLOYMENT = re.compile(r"^ecs-svc/\d{19}$")
SERVICE = re.compile(rf"^arn:aws:ecs:{REGION}:{ACCOUNT}:service/main/[a-z]+$")

# The fields of a Fargate task event at every state, after events captured in 2024 and 2025.
ALWAYS = {
    "attachments",
    "attributes",
    "availabilityZone",
    "clusterArn",
    "containers",
    "cpu",
    "createdAt",
    "desiredStatus",
    "enableExecuteCommand",
    "ephemeralStorage",
    "group",
    "lastStatus",
    "launchType",
    "memory",
    "overrides",
    "platformVersion",
    "taskArn",
    "taskDefinitionArn",
    "updatedAt",
    "version",
}
STARTED = {"connectivity", "connectivityAt", "pullStartedAt", "pullStoppedAt", "startedAt"}
STOPPING = {"stopCode", "stoppedReason", "stoppingAt"}
OPTIONAL = {
    "capacityProviderName": "RunTask and services without a strategy have none",
    "startedBy": "RunTask has none unless it is given",
}


@pytest.fixture(scope="module")
def told() -> list[dict[str, Any]]:
    """Every kind of event that the world can tell: two services through good and bad times."""
    stage = Stage()
    breaker = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
    stage.running("web", desired=6, deploymentConfiguration=breaker)
    stage.running("balanced", desired=6, loadBalancers=TARGET_GROUP)
    stage.drought(capacity=3)
    stage.advance(3600)
    for name in ("web", "balanced"):
        stage.roll(name, capacityProviderStrategy=ON_DEMAND)
    stage.advance(900)
    stage.world.behaviours.set(key("web"), Behaviour(start_fails=True))
    stage.update("web", taskDefinition="web:2")
    stage.advance(1800)
    stage.world.behaviours.set(key("balanced"), Behaviour(crash_after=5))
    stage.update("balanced", desiredCount=8)
    stage.api.run_task({"cluster": CLUSTER, "taskDefinition": "web:1", "launchType": "FARGATE"})
    stage.advance(900)
    stage.update("balanced", desiredCount=1)
    stage.advance(900)
    return stage.events


def details(events: list[dict[str, Any]], detail_type: str) -> Iterator[dict[str, Any]]:
    return (event["detail"] for event in events if event["detail-type"] == detail_type)


def test_every_envelope_is_complete(told: list[dict[str, Any]]) -> None:
    for event in told:
        assert set(event) == {
            "version",
            "id",
            "detail-type",
            "source",
            "account",
            "time",
            "region",
            "resources",
            "detail",
        }
        assert (event["version"], event["source"]) == ("0", "aws.ecs")
        assert (event["account"], event["region"]) == (ACCOUNT, REGION)
        assert SECONDS.match(event["time"])
        assert UUID.match(event["id"])
        assert len(event["resources"]) == 1
    assert len({event["id"] for event in told}) == len(told)


def test_every_kind_of_event_occurs(told: list[dict[str, Any]]) -> None:
    assert {event["detail-type"] for event in told} == {
        "ECS Task State Change",
        "ECS Service Action",
        "ECS Deployment State Change",
    }
    assert {
        detail["stopCode"] for detail in details(told, "ECS Task State Change") if "stopCode" in detail
    } == {
        "SpotInterruption",
        "ServiceSchedulerInitiated",
        "TaskFailedToStart",
        "EssentialContainerExited",
    }
    assert {detail["eventName"] for detail in details(told, "ECS Service Action")} == {
        "SERVICE_STEADY_STATE",
        "CAPACITY_PROVIDER_STEADY_STATE",
        "SERVICE_TASK_PLACEMENT_FAILURE",
        "SERVICE_TASK_START_IMPAIRED",
    }


def test_task_events_have_the_fields_of_captured_ones(told: list[dict[str, Any]]) -> None:
    for detail in details(told, "ECS Task State Change"):
        expected = set(ALWAYS)
        if detail["lastStatus"] in {"RUNNING", "DEACTIVATING", "STOPPING"}:
            expected |= STARTED
        if detail["desiredStatus"] == "STOPPED":
            expected |= STOPPING
        if detail["lastStatus"] == "STOPPED":
            expected |= {"stoppedAt"}
        allowed = expected | set(OPTIONAL) | STARTED | {"executionStoppedAt"}
        assert expected <= set(detail) <= allowed


def test_the_values_of_task_events_look_like_awss(told: list[dict[str, Any]]) -> None:
    versions: dict[str, int] = {}
    for event in told:
        if event["detail-type"] != "ECS Task State Change":
            continue
        detail = event["detail"]
        assert event["resources"] == [detail["taskArn"]]
        assert TASK_ARN.match(detail["taskArn"])
        assert detail["launchType"] == "FARGATE"
        assert detail["version"] > versions.get(detail["taskArn"], 0)
        versions[detail["taskArn"]] = detail["version"]
        assert all(MILLISECONDS.match(detail[name]) for name in detail if name.endswith("At"))
        if detail["group"].startswith("service:"):
            assert DEPLOYMENT.match(detail["startedBy"])
            assert detail["capacityProviderName"] in {"FARGATE", "FARGATE_SPOT"}
        else:
            assert detail["group"] == "family:web"


def test_a_placement_failure_has_exactly_the_documented_fields(told: list[dict[str, Any]]) -> None:
    failures = [
        event for event in told if event["detail"].get("eventName") == "SERVICE_TASK_PLACEMENT_FAILURE"
    ]
    assert failures
    for event in failures:
        assert SERVICE.match(event["resources"][0])
        assert event["detail"] | {"createdAt": ""} == {
            "eventType": "ERROR",
            "eventName": "SERVICE_TASK_PLACEMENT_FAILURE",
            "clusterArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/main",
            "capacityProviderArns": [f"arn:aws:ecs:{REGION}:{ACCOUNT}:capacity-provider/FARGATE_SPOT"],
            "reason": "RESOURCE:FARGATE",
            "createdAt": "",
        }
        assert MILLISECONDS.match(event["detail"]["createdAt"])


def test_other_service_actions_have_a_type_that_fits_their_name(told: list[dict[str, Any]]) -> None:
    types = {detail["eventName"]: detail["eventType"] for detail in details(told, "ECS Service Action")}
    assert types == {
        "SERVICE_STEADY_STATE": "INFO",
        "CAPACITY_PROVIDER_STEADY_STATE": "INFO",
        "SERVICE_TASK_START_IMPAIRED": "WARN",
        "SERVICE_TASK_PLACEMENT_FAILURE": "ERROR",
    }
    for detail in details(told, "ECS Service Action"):
        named = "capacityProviderArns" in detail
        assert named == (
            detail["eventName"] in {"CAPACITY_PROVIDER_STEADY_STATE", "SERVICE_TASK_PLACEMENT_FAILURE"}
        )
        assert "version" not in detail


def test_deployment_events_name_the_service_in_their_resources_only(told: list[dict[str, Any]]) -> None:
    changes = [event for event in told if event["detail-type"] == "ECS Deployment State Change"]
    assert {event["detail"]["eventName"] for event in changes} == {
        "SERVICE_DEPLOYMENT_IN_PROGRESS",
        "SERVICE_DEPLOYMENT_COMPLETED",
        "SERVICE_DEPLOYMENT_FAILED",
    }
    for event in changes:
        assert set(event["detail"]) == {"eventType", "eventName", "deploymentId", "updatedAt", "reason"}
        assert SERVICE.match(event["resources"][0])
        assert DEPLOYMENT.match(event["detail"]["deploymentId"])
        assert MILLISECONDS.match(event["detail"]["updatedAt"])
