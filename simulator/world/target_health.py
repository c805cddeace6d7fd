"""The health of a service's tasks in their target groups, as Elastic Load Balancing describes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from simulator.world.errors import EcsError
from simulator.world.model import Document, Service, Task, TaskStatus
from simulator.world.state import Region
from simulator.world.task_documents import address

TARGET_GROUP_NOT_FOUND: Final = "TargetGroupNotFound"


def describe_target_health(region: Region, request: Document) -> Document:
    """Answer DescribeTargetHealth; a target group exists here as long as a service names it.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetHealth.html
    """
    group = str(request.get("TargetGroupArn") or "")
    services = [service for service in region.services.values() if group in service.target_groups]
    if not services:
        raise EcsError(TARGET_GROUP_NOT_FOUND, "One or more target groups not found")
    found = [target for service in services for target in _targets(service, group)]
    asked = request.get("Targets")
    if asked:
        known = {target["Target"]["Id"]: target for target in found}
        found = [known.get(str(one.get("Id")), _unused(one)) for one in asked]
    return {"TargetHealthDescriptions": found}


def _targets(service: Service, group: str) -> Iterator[Document]:
    ports = [
        int(balancer.get("containerPort") or 0)
        for balancer in service.settings["loadBalancers"]
        if balancer.get("targetGroupArn") == group
    ]
    for task in service.tasks.values():
        state = _state(task)
        if state is None:
            continue
        for port in ports:
            target = {"Id": address(task), "Port": port, "AvailabilityZone": task.zone}
            yield {"Target": target, "HealthCheckPort": str(port), "TargetHealth": dict(state)}


def _state(task: Task) -> Document | None:
    """Return a target's state, or None before it is registered and after it is deregistered."""
    if not task.is_wanted:
        if task.last_status is TaskStatus.DEACTIVATING:
            return {"State": "draining", "Reason": "Target.DeregistrationInProgress"}
        return None
    if task.last_status is TaskStatus.ACTIVATING:
        return {"State": "initial", "Reason": "Elb.RegistrationInProgress"}
    if task.last_status is not TaskStatus.RUNNING:
        return None
    if task.unhealthy or task.execution_stopped_at is not None:
        return {"State": "unhealthy", "Reason": "Target.FailedHealthChecks"}
    if task.healthy_at is None:
        return {"State": "initial", "Reason": "Elb.InitialHealthChecking"}
    return {"State": "healthy"}


def _unused(target: Document) -> Document:
    health = {"State": "unused", "Reason": "Target.NotRegistered"}
    return {"Target": dict(target), "TargetHealth": health}
