"""ARNs of ECS, in both formats.

    arn:aws:ecs:eu-central-1:222233334444:service/shop/checkout    since 2018, with the cluster
    arn:aws:ecs:eu-central-1:222233334444:service/checkout         before; such services still exist
    arn:aws:ecs:eu-central-1:222233334444:cluster/shop
    arn:aws:ecs:eu-central-1:222233334444:task/shop/0b1c2d3e4f5061728394a5b6c7d8e9f0

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-account-settings.html#ecs-resource-ids
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from spot_failover.domain.identity import Location
from spot_failover.events.errors import MalformedEventError, quoted

# Names of clusters and services: up to 255 letters, digits, hyphens and underscores. Nothing else may become
# part of a key.
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html
_NAME = r"[A-Za-z0-9_-]{1,255}"
_ARN_OF = r"arn:aws[a-z0-9-]{0,20}:ecs:(?P<region>[a-z][a-z0-9-]{1,31}):(?P<account>[0-9]{12}):"
_SERVICE = re.compile(_ARN_OF + rf"service/(?:(?P<cluster>{_NAME})/)?(?P<service>{_NAME})")
_CLUSTER = re.compile(_ARN_OF + rf"cluster/(?P<cluster>{_NAME})")
_TASK = re.compile(_ARN_OF + rf"task/(?:(?P<cluster>{_NAME})/)?(?P<task>{_NAME})")
_SERVICE_NAME = re.compile(_NAME)


@dataclass(frozen=True, slots=True)
class EcsArn:
    """What an ARN of ECS says; `name` is the service's, the cluster's or the task's own."""

    text: str
    location: Location
    name: str
    cluster: str | None


def service_arn(arn: str) -> EcsArn:
    """Read a service's ARN; `cluster` is None in the old format."""
    found = _read(_SERVICE, arn, "service")
    return EcsArn(arn, _location(found), found["service"], found["cluster"])


def cluster_arn(arn: str) -> EcsArn:
    """Read a cluster's ARN."""
    found = _read(_CLUSTER, arn, "cluster")
    return EcsArn(arn, _location(found), found["cluster"], found["cluster"])


def task_arn(arn: str) -> EcsArn:
    """Read a task's ARN; `cluster` is None in the old format."""
    found = _read(_TASK, arn, "task")
    return EcsArn(arn, _location(found), found["task"], found["cluster"])


def service_name(name: str) -> str:
    """Return the name if ECS would take it for a service's."""
    if not _SERVICE_NAME.fullmatch(name):
        raise MalformedEventError(
            f"The event names a service {quoted(name)}, which is not a name that ECS allows."
        )
    return name


def _read(pattern: re.Pattern[str], arn: str, kind: str) -> Mapping[str, str]:
    found = pattern.fullmatch(arn)
    if found is None:
        raise MalformedEventError(f"{quoted(arn)} stands where the ARN of an ECS {kind} is expected.")
    return found.groupdict()


def _location(found: Mapping[str, str]) -> Location:
    return Location(found["account"], found["region"])
