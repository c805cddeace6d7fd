"""The tasks that ECS wants to run for a service, and whether load balancers find them healthy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from spot_failover.adapters.batches import batches
from spot_failover.adapters.faults import code_of, of_service, translated
from spot_failover.adapters.sessions import SpokeSessions
from spot_failover.adapters.times import whole_milliseconds
from spot_failover.domain.errors import RefusedError
from spot_failover.domain.identity import ServiceId
from spot_failover.domain.service import Observation
from spot_failover.domain.tasks import RUNNING, Task

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskTypeDef

_WANTED: Final = "RUNNING"
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html
_TASKS_PER_CALL = 100
_DENIED = (
    "The spoke role needs ecs:ListTasks, ecs:DescribeTasks and elasticloadbalancing:DescribeTargetHealth "
    "there: apply workload-spoke of this hub's version."
)


@dataclass(frozen=True, slots=True)
class SpokeTasks:
    """The tasks of services in the workload accounts."""

    sessions: SpokeSessions

    def read(self, service: ServiceId, observation: Observation) -> tuple[Task, ...]:
        """Return the tasks with desiredStatus RUNNING; no tasks of a service that does not exist."""
        # What ECS has begun to stop since it was listed is no longer one of them.
        shown = [task for task in self._described(service) if task.get("desiredStatus") == _WANTED]
        runs = any(task.get("lastStatus") == RUNNING for task in shown)
        healthy = {
            arn: self._healthy(service, arn) if runs else frozenset() for arn in observation.target_groups
        }
        return tuple(_task(task, healthy) for task in shown)

    def _described(self, service: ServiceId) -> Iterator[TaskTypeDef]:
        for arns in batches(self._listed(service), _TASKS_PER_CALL):
            with translated("ecs:DescribeTasks", f"the tasks of {of_service(service)}", denied=_DENIED):
                answer = self.sessions.ecs(service.location).describe_tasks(
                    cluster=service.cluster, tasks=arns
                )
            for failure in answer.get("failures", ()):
                if failure.get("reason") != "MISSING":  # that one has stopped and been forgotten
                    raise RefusedError(
                        f"ecs:DescribeTasks for {of_service(service)} could not describe "
                        f"{failure.get('arn')}. "
                        f"AWS says {failure.get('reason')}: {failure.get('detail', 'no detail')}"
                    )
            yield from answer["tasks"]

    def _listed(self, service: ServiceId) -> Iterator[str]:
        with translated("ecs:ListTasks", f"the tasks of {of_service(service)}", denied=_DENIED):
            # Tasks that are PENDING have the desired status RUNNING too.
            # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html
            pages = self.sessions.ecs(service.location).get_paginator("list_tasks")
            try:
                for page in pages.paginate(
                    cluster=service.cluster, serviceName=service.service, desiredStatus=_WANTED
                ):
                    yield from page["taskArns"]
            except ClientError as error:
                if code_of(error) not in {"ServiceNotFoundException", "ClusterNotFoundException"}:
                    raise

    def _healthy(self, service: ServiceId, target_group: str) -> frozenset[str]:
        """Return the addresses that a target group sends requests to."""
        with translated(
            "elasticloadbalancing:DescribeTargetHealth",
            f"target group {target_group} of {of_service(service)}",
            denied=_DENIED,
        ):
            try:
                answer = self.sessions.elbv2(service.location).describe_target_health(
                    TargetGroupArn=target_group
                )
            except ClientError as error:
                if code_of(error) != "TargetGroupNotFound":
                    raise
                return frozenset()  # nothing reaches a task by a target group that was deleted
        return frozenset(
            target["Target"]["Id"]
            for target in answer["TargetHealthDescriptions"]
            if target["TargetHealth"]["State"] == "healthy"
        )


def _task(task: TaskTypeDef, healthy: Mapping[str, frozenset[str]]) -> Task:
    return Task(
        arn=task["taskArn"],
        capacity_provider=task.get("capacityProviderName", ""),
        last_status=task["lastStatus"],
        created_at=whole_milliseconds(task["createdAt"]),
        started_at=_moment(task.get("startedAt")),
        pull_started_at=_moment(task.get("pullStartedAt")),
        health=task.get("healthStatus", "UNKNOWN"),
        in_service=_in_service(task, healthy) if healthy else None,
        zone=task.get("availabilityZone", ""),
    )


def _in_service(task: TaskTypeDef, healthy: Mapping[str, frozenset[str]]) -> bool:
    """Whether every target group finds the task healthy."""
    addresses = frozenset(_addresses(task))
    return all(addresses & ids for ids in healthy.values())


def _addresses(task: TaskTypeDef) -> Iterator[str]:
    """Yield the addresses by which target groups may know the task."""
    for attachment in task.get("attachments", ()):
        for detail in attachment.get("details", ()):
            if detail.get("name") == "privateIPv4Address" and "value" in detail:
                yield detail["value"]
    for container in task.get("containers", ()):
        for interface in container.get("networkInterfaces", ()):
            if "ipv6Address" in interface:  # all there is in subnets with IPv6 only
                yield interface["ipv6Address"]


def _moment(time: datetime | None) -> datetime | None:
    return whole_milliseconds(time) if time else None
