"""What control requests do to the world: capacity, losses, behaviour, demand, and the events' way."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from simulator.sandbox.control import ControlRefusedError
from simulator.terraform import REPOSITORY
from tests.sandbox.acting import HUB, REGION, SPOKE, Aws, allow
from tests.sandbox.ecs_service import ON_DEMAND, Service

EVENTS = {"Service": "events.amazonaws.com"}
PATTERNS = REPOSITORY / "modules" / "workload-spoke" / "event-patterns"


@pytest.fixture(autouse=True)
def _calm_afterwards(aws: Aws) -> Iterator[None]:
    yield
    aws.control.weather(REGION, "calm", SPOKE)
    aws.control.on_demand(SPOKE, REGION, "calm")
    aws.control.victims("seeded")
    aws.control.events()


def where(service: Service) -> tuple[str, str, str, str]:
    return SPOKE, service.region, service.cluster, service.name


def queue_of(aws: Aws, pattern: dict[str, Any]) -> str:
    """Send the spoke's events that match a pattern to a queue; returns its URL."""
    url, queue = aws.queue(SPOKE, allow("sqs:SendMessage", "{arn}", Principal=EVENTS))
    aws.rule(SPOKE, {"Arn": queue}, pattern=pattern)
    return url


def of_cluster(name: str, **detail: Any) -> dict[str, Any]:
    arn = f"arn:aws:ecs:{REGION}:{SPOKE}:cluster/{name}"
    return {"source": ["aws.ecs"], "detail": {"clusterArn": [arn], **detail}}


@pytest.mark.parametrize(
    "settings",
    [{"capacityProviderStrategy": ON_DEMAND}, {"launchType": "FARGATE"}],
    ids=["strategy", "launch type"],
)
def test_a_shortage_of_on_demand_capacity_is_forwarded_to_the_hub(aws: Aws, settings: dict[str, Any]) -> None:
    bus = aws.bus(HUB, allow("events:PutEvents", "{arn}", Principal="*"))
    url, queue = aws.queue(HUB, allow("sqs:SendMessage", "{arn}", Principal=EVENTS))
    aws.rule(HUB, {"Arn": queue}, bus=bus.rsplit("/", 1)[-1], pattern={"source": ["aws.ecs"]})
    pattern = json.loads((PATTERNS / "on-demand-shortage.json").read_text())
    role = aws.role(SPOKE, allow("events:PutEvents", bus), trust=EVENTS)
    aws.rule(SPOKE, {"Arn": bus, "RoleArn": role}, pattern=pattern)
    aws.control.on_demand(SPOKE, REGION, 0)
    aws.control.weather(REGION, "drought", SPOKE)
    spot, on_demand = Service(aws, desired=1), Service(aws, desired=1, **settings)
    received = aws.control.wait_for(lambda: aws.events_in(HUB, url), seconds=15, what="the event")
    assert {event["resources"][0] for event in received} == {on_demand.created["serviceArn"]}
    assert {event["detail"]["reason"] for event in received} == {"RESOURCE:FARGATE"}
    spot.delete()
    on_demand.delete()


def test_a_pool_can_be_a_zone_a_size_or_an_architecture(aws: Aws) -> None:
    aws.control.weather(REGION, "drought", SPOKE, architecture="ARM64", size="256/512")
    arm: dict[str, Any] = {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"}
    short, well = Service(aws, desired=1, definition={"runtimePlatform": arm}), Service(aws, desired=1)
    well.wait_running(1)
    assert short.now()["runningCount"] == 0
    aws.control.weather(REGION, "calm", SPOKE, architecture="ARM64", size="256/512")
    short.wait_running(1)
    [task] = short.tasks()
    assert task["attributes"] == [{"name": "ecs.cpu-architecture", "value": "arm64"}]
    with pytest.raises(ControlRefusedError, match="is no zone of"):
        aws.control.weather(REGION, 3, zone="us-east-1a")
    short.delete()
    well.delete()


def test_a_task_can_go_without_a_notice(aws: Aws) -> None:
    service = Service(aws, desired=1)
    service.wait_running(1)
    url = queue_of(aws, of_cluster(service.cluster, desiredStatus=["STOPPED"]))
    [task] = aws.control.interrupt(*where(service), notice=False)
    [event, *_] = aws.events_in(SPOKE, url, wait=10)
    assert event["resources"] == [task]
    assert event["detail"]["lastStatus"] != "RUNNING"
    service.delete()


def test_ecs_can_be_told_which_tasks_it_stops(aws: Aws) -> None:
    aws.control.victims("oldest")
    service = Service(aws, desired=1)
    service.wait_running(1)
    [oldest] = service.tasks()
    service.update(desiredCount=2)
    service.wait_running(2)
    service.update(desiredCount=1)
    service.wait_running(1)
    [left] = service.tasks()
    assert left["taskArn"] != oldest["taskArn"]
    with pytest.raises(ControlRefusedError, match="'youngest' is not a valid Victims"):
        aws.control.victims("youngest")
    service.delete()


def test_a_container_s_own_health_check_is_told(aws: Aws) -> None:
    check = {"healthCheck": {"command": ["CMD", "true"]}}
    checked, plain = Service(aws, desired=1, container=check), Service(aws, desired=1)
    checked.wait_tasks(lambda task: task["healthStatus"] == "HEALTHY", "a healthy task")
    plain.wait_running(1)
    assert [task["healthStatus"] for task in plain.tasks()] == ["UNKNOWN"]
    checked.delete()
    plain.delete()


def test_a_slow_image_keeps_a_task_pending(aws: Aws) -> None:
    service = Service(aws, desired=0)
    changed = aws.control.behave(*where(service), pull_seconds=600, exit_at="sigterm")
    assert (changed["pull_seconds"], changed["exit_at"]) == (600, "sigterm")
    service.update(desiredCount=1)
    [task] = service.wait_tasks(lambda task: "pullStartedAt" in task, "the pull of its image")
    assert task["lastStatus"] == "PENDING"
    service.delete()


def test_a_behaviour_that_does_not_exist_is_said_in_a_sentence(aws: Aws) -> None:
    with pytest.raises(ControlRefusedError, match=r"A behaviour has no mood\. It has crash_after"):
        aws.control.behave(SPOKE, REGION, "shop", "api", mood="bad")
    with pytest.raises(ControlRefusedError, match="'later' is not a valid ExitAt"):
        aws.control.behave(SPOKE, REGION, "shop", "api", exit_at="later")


def test_events_can_be_lost(aws: Aws) -> None:
    aws.control.events(lost=1.0)
    lost = Service(aws, desired=1)
    url = queue_of(aws, {"source": ["aws.ecs"], "detail": {"lastStatus": ["RUNNING"]}})
    lost.wait_running(1)
    aws.control.events()
    kept = Service(aws, desired=1)
    kept.wait_running(1)
    [event] = aws.events_in(SPOKE, url, wait=10)
    assert event["detail"]["clusterArn"] == kept.created["clusterArn"]
    lost.delete()
    kept.delete()


def test_events_can_come_late(aws: Aws) -> None:
    aws.control.events(delay_seconds=1.0)
    cluster = aws.cluster(SPOKE)
    url = queue_of(aws, of_cluster(cluster, lastStatus=["PROVISIONING"]))
    began = time.monotonic()
    service = Service(aws, desired=1, cluster=cluster)
    assert aws.events_in(SPOKE, url, wait=10)
    assert time.monotonic() - began >= 1.0
    service.delete()


def test_a_service_can_fall_silent(aws: Aws) -> None:
    cluster = aws.cluster(SPOKE)
    url = queue_of(aws, of_cluster(cluster, lastStatus=["RUNNING"]))
    aws.control.silence(SPOKE, REGION, cluster, "api", 3600)
    silent = Service(aws, desired=1, cluster=cluster)
    silent.wait_running(1)
    other = Service(aws, desired=1, cluster=cluster, name="other")
    other.wait_running(1)
    [event] = aws.events_in(SPOKE, url, wait=10)
    assert event["detail"]["group"] == "service:other"
    silent.delete()
    other.delete()
