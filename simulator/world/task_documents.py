"""Tasks in the JSON shape of the API and the events; times are datetimes here.

Tasks are told of more often than anything else, so what never changes of a task is written down once. Lists
and objects inside a document may be shared with other documents of the task: copy before you change them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from simulator.world.model import Document, Task, TaskStatus
from simulator.world.names import arn

_AFTER_EXIT: Final = frozenset({TaskStatus.DEPROVISIONING, TaskStatus.STOPPED})


@dataclass(frozen=True, slots=True)
class Frame:
    """What stays the same in all documents of a task."""

    members: Document
    eni: str
    elb: str
    subnet: list[Document]  # of the network interface, before it exists
    network: list[Document]
    interfaces: list[Document]
    containers: tuple[Document, ...]
    pulled: tuple[Document, ...]  # what each container has besides, once its image is there


def task_document(task: Task) -> Document:
    """Return a task as DescribeTasks shows it, its tags included; members without a value are left out."""
    fixed = frame(task)
    document = fixed.members | {
        "attachments": _attachments(task, fixed),
        "containers": _containers(task, fixed),
        "desiredStatus": task.desired_status.value,
        "healthStatus": _health(task),
        "lastStatus": task.last_status.value,
        "version": task.version,
    }
    if task.connectivity_at is not None:
        document["connectivity"] = "CONNECTED"
        document["connectivityAt"] = task.connectivity_at
    if task.last_status in _AFTER_EXIT and task.execution_stopped_at is not None:
        document["executionStoppedAt"] = task.execution_stopped_at
    for name, value in (
        ("pullStartedAt", task.pull_started_at),
        ("pullStoppedAt", task.pull_stopped_at),
        ("startedAt", task.started_at),
        ("stoppingAt", task.stopping_at),
        ("stoppedAt", task.stopped_at),
        ("stoppedReason", task.stopped_reason),
        ("stopCode", task.stop_code),
    ):
        if value is not None:
            document[name] = value
    return document


def address(task: Task) -> str:
    """Return the private IP address of a task: what its target groups know it by."""
    return f"10.{int(task.id[2:4], 16)}.{int(task.id[4:6], 16)}.{int(task.id[6:8], 16) % 254 + 1}"


def frame(task: Task) -> Frame:
    """Return what stays the same in all documents of a task."""
    made: Frame | None = task.frame
    if made is None:
        made = task.frame = _frame(task)
    return made


def _frame(task: Task) -> Frame:
    digits, ip = _digest(task.id, "eni"), address(task)
    eni = _uuid(digits)
    subnet = {"name": "subnetId", "value": task.subnet or f"subnet-{_digest(task.id, 'subnet')[:17]}"}
    name = f"ip-{ip.replace('.', '-')}.{task.cluster.region}.compute.internal"
    return Frame(
        members=_members(task),
        eni=eni,
        elb=_uuid(_digest(task.id, "elb")),
        subnet=[subnet],
        network=[
            subnet,
            {"name": "networkInterfaceId", "value": f"eni-{digits[:17]}"},
            {"name": "macAddress", "value": "02:" + ":".join(digits[at : at + 2] for at in range(0, 10, 2))},
            {"name": "privateDnsName", "value": name},
            {"name": "privateIPv4Address", "value": ip},
        ],
        interfaces=[{"attachmentId": eni, "privateIpv4Address": ip}],
        containers=tuple(_container(task, *named) for named in enumerate(task.definition.containers)),
        pulled=tuple(
            {
                "imageDigest": f"sha256:{_image_digest(image)}",
                "runtimeId": f"{task.id}-{int(task.id[:8], 16) + index:010d}",
            }
            for index, (_, image) in enumerate(task.definition.containers)
        ),
    )


def _members(task: Task) -> Document:
    definition = task.definition
    members: dict[str, Any] = {
        "attributes": [{"name": "ecs.cpu-architecture", "value": definition.architecture.lower()}],
        "availabilityZone": task.zone,
        "capacityProviderName": task.provider,
        "clusterArn": task.cluster.arn,
        "cpu": definition.cpu,
        "createdAt": task.created_at,
        "enableExecuteCommand": bool(task.settings.get("enableExecuteCommand")),
        "ephemeralStorage": {"sizeInGiB": 20},
        "group": task.group,
        "launchType": "FARGATE",
        "memory": definition.memory,
        "overrides": task.settings.get("overrides")
        or {"containerOverrides": [{"name": name} for name, _ in definition.containers]},
        "platformVersion": "1.4.0",
        "startedBy": task.started_by,
        "tags": list(task.tags),
        "taskArn": task.arn,
        "taskDefinitionArn": definition.arn,
    }
    return {name: value for name, value in members.items() if value is not None}


def _container(task: Task, index: int, named: tuple[str, str]) -> Document:
    name, image = named
    cluster = task.cluster
    resource = f"container/{cluster.name}/{task.id}/{_uuid(_digest(task.id, f'container{index}'))}"
    return {
        "containerArn": arn(cluster.account, cluster.region, resource),
        "name": name,
        "image": image,
        "taskArn": task.arn,
        "cpu": "0",
    }


def _health(task: Task) -> str:
    """Return what the container's own health check says; load balancers tell theirs elsewhere."""
    if not task.definition.health_check:
        return "UNKNOWN"
    if task.unhealthy:
        return "UNHEALTHY"
    return "HEALTHY" if task.healthy_at else "UNKNOWN"


def _containers(task: Task, fixed: Frame) -> list[Document]:
    status = "RUNNING" if task.started_at or task.last_status is TaskStatus.ACTIVATING else "PENDING"
    if task.last_status in _AFTER_EXIT:
        status = "STOPPED"
    has_network = task.last_status is not TaskStatus.PROVISIONING
    changing: Document = {"lastStatus": status, "networkInterfaces": fixed.interfaces if has_network else []}
    if status == "STOPPED" and task.exit_code is not None:
        changing["exitCode"] = task.exit_code
    containers = [container | changing for container in fixed.containers]
    if task.pull_stopped_at is not None:
        containers = [one | pulled for one, pulled in zip(containers, fixed.pulled, strict=True)]
    if task.definition.health_check:
        containers[0]["healthStatus"] = _health(task)
    return containers


def _attachments(task: Task, fixed: Frame) -> list[Document]:
    status, details = "PRECREATED", fixed.subnet
    if task.last_status is not TaskStatus.PROVISIONING:
        status = "DELETED" if task.last_status is TaskStatus.STOPPED else "ATTACHED"
        details = fixed.network
    attachments: list[Document] = [{"id": fixed.eni, "type": "eni", "status": status, "details": details}]
    if task.behind_load_balancer:
        elb = "ATTACHED" if task.started_at else "PRECREATED"
        if task.last_status in _AFTER_EXIT:
            elb = "DELETED"
        attachments.append({"id": fixed.elb, "type": "elb", "status": elb, "details": []})
    return attachments


def _digest(task_id: str, purpose: str) -> str:
    return hashlib.sha256(f"{task_id}{purpose}".encode()).hexdigest()


def _uuid(digits: str) -> str:
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:32]}"


@lru_cache(maxsize=1024)
def _image_digest(image: str) -> str:
    return hashlib.sha256(image.encode()).hexdigest()
