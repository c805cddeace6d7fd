"""Services and tasks in the JSON shape of the API and the events; times are datetimes here."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any

from simulator.world import strategy
from simulator.world.model import Deployment, Document, Revision, Service, Task, TaskStatus
from simulator.world.names import arn

_ECHOED = (
    "loadBalancers",
    "serviceRegistries",
    "placementConstraints",
    "placementStrategy",
    "healthCheckGracePeriodSeconds",
    "propagateTags",
    "availabilityZoneRebalancing",
)
DEFAULT_SETTINGS: Document = {
    "loadBalancers": [],
    "serviceRegistries": [],
    "placementConstraints": [],
    "placementStrategy": [],
    "enableECSManagedTags": False,
    "enableExecuteCommand": False,
    "propagateTags": "NONE",
    "availabilityZoneRebalancing": "DISABLED",
}
_PULL_AND_LATER = frozenset(TaskStatus) - {TaskStatus.PROVISIONING}


def service_document(service: Service) -> Document:
    """Return a service as DescribeServices shows it, its tags included."""
    wanted = [task for task in service.tasks.values() if task.is_wanted]
    settings = service.settings
    document: Document = {
        "serviceArn": service.arn,
        "serviceName": service.name,
        "clusterArn": service.cluster.arn,
        "status": service.status,
        "desiredCount": service.desired_count,
        "runningCount": sum(task.is_running for task in service.tasks.values()),
        "pendingCount": sum(task.is_starting for task in wanted),
        **_capacity(service.revision),
        "platformFamily": "Linux",
        "deploymentConfiguration": service.deployment_configuration,
        "taskSets": [],
        "deployments": [],
        "events": [
            {"id": message.id, "createdAt": message.created_at, "message": message.text}
            for message in service.messages
        ],
        "createdAt": service.created_at,
        "createdBy": service.created_by,
        "schedulingStrategy": service.scheduling_strategy,
        "deploymentController": {"type": service.controller},
        "enableECSManagedTags": settings["enableECSManagedTags"],
        "enableExecuteCommand": settings["enableExecuteCommand"],
        "tags": list(service.tags),
    }
    document |= {name: settings[name] for name in _ECHOED if name in settings}
    if "networkConfiguration" in service.revision.settings:
        document["networkConfiguration"] = service.revision.settings["networkConfiguration"]
    if service.revision.task_definition is not None:
        document["taskDefinition"] = service.revision.task_definition.arn
        document["platformVersion"] = service.revision.platform_version
    if service.controller == "ECS":
        document["deployments"] = [
            deployment_document(service, deployment) for deployment in service.deployments
        ]
    elif service.controller == "CODE_DEPLOY":
        document["taskSets"] = [_task_set(service, deployment) for deployment in service.deployments]
    return document


def deployment_document(service: Service, deployment: Deployment) -> Document:
    """Return one deployment; ECS no longer shows those that are replaced completely."""
    is_primary = deployment is service.primary
    revision = deployment.revision
    document: Document = {
        "id": deployment.id,
        "status": "PRIMARY" if is_primary else "ACTIVE",
        **_counts(service, deployment),
        "failedTasks": deployment.failed_tasks,
        "createdAt": deployment.created_at,
        "updatedAt": deployment.updated_at,
        **_capacity(revision),
        "platformVersion": "1.4.0",
        "platformFamily": "Linux",
        "rolloutState": deployment.rollout_state.value,
        "rolloutStateReason": deployment.rollout_reason,
    }
    if revision.task_definition is not None:
        document["taskDefinition"] = revision.task_definition.arn
    document |= revision.settings
    return document


def _task_set(service: Service, deployment: Deployment) -> Document:
    number = deployment.id.removeprefix("ecs-svc/")
    counts = _counts(service, deployment)
    resource = f"task-set/{service.cluster.name}/{service.name}/ecs-svc/{number}"
    document: Document = {
        "id": deployment.id,
        "taskSetArn": arn(service.cluster.account, service.cluster.region, resource),
        "serviceArn": service.arn,
        "clusterArn": service.cluster.arn,
        "status": "PRIMARY" if deployment is service.primary else "ACTIVE",
        "computedDesiredCount": counts["desiredCount"],
        "pendingCount": counts["pendingCount"],
        "runningCount": counts["runningCount"],
        "createdAt": deployment.created_at,
        "updatedAt": deployment.updated_at,
        **_capacity(deployment.revision),
        "scale": {"value": 100.0, "unit": "PERCENT"},
        "stabilityStatus": "STEADY_STATE" if not counts["pendingCount"] else "STABILIZING",
    }
    if deployment.revision.task_definition is not None:
        document["taskDefinition"] = deployment.revision.task_definition.arn
    return document


def _counts(service: Service, deployment: Deployment) -> dict[str, int]:
    tasks = [task for task in service.tasks.values() if task.deployment is deployment]
    wanted = [task for task in tasks if task.is_wanted]
    return {
        "desiredCount": service.desired_count if deployment is service.primary else len(wanted),
        "pendingCount": sum(task.is_starting for task in wanted),
        "runningCount": sum(task.is_running for task in tasks),
    }


def _capacity(revision: Revision) -> Document:
    if revision.strategy:
        return {"capacityProviderStrategy": strategy.document(revision.strategy)}
    return {"launchType": revision.launch_type} if revision.launch_type else {}


def task_document(task: Task) -> Document:
    """Return a task as DescribeTasks shows it; events lack its tags and add `updatedAt`."""
    document: Document = {
        "attachments": _attachments(task),
        "attributes": [{"name": "ecs.cpu-architecture", "value": task.definition.architecture.lower()}],
        "availabilityZone": task.zone,
        "capacityProviderName": task.provider,
        "clusterArn": task.cluster.arn,
        "connectivity": "CONNECTED" if task.connectivity_at else None,
        "connectivityAt": task.connectivity_at,
        "containers": _containers(task),
        "cpu": task.definition.cpu,
        "createdAt": task.created_at,
        "desiredStatus": task.desired_status.value,
        "enableExecuteCommand": bool(task.settings.get("enableExecuteCommand")),
        "ephemeralStorage": {"sizeInGiB": 20},
        "executionStoppedAt": task.execution_stopped_at if task.last_status in _AFTER_EXIT else None,
        "group": task.group,
        "healthStatus": _health(task),
        "launchType": "FARGATE",
        "lastStatus": task.last_status.value,
        "memory": task.definition.memory,
        "overrides": task.settings.get("overrides")
        or {"containerOverrides": [{"name": name} for name, _ in task.definition.containers]},
        "platformVersion": "1.4.0",
        "pullStartedAt": task.pull_started_at,
        "pullStoppedAt": task.pull_stopped_at,
        "startedAt": task.started_at,
        "startedBy": task.started_by,
        "stoppingAt": task.stopping_at,
        "stoppedAt": task.stopped_at,
        "stoppedReason": task.stopped_reason,
        "stopCode": task.stop_code,
        "tags": list(task.tags),
        "taskArn": task.arn,
        "taskDefinitionArn": task.definition.arn,
        "version": task.version,
    }
    return {name: value for name, value in document.items() if value is not None}


def _health(task: Task) -> str:
    """Return what the container's own health check says; load balancers tell theirs elsewhere."""
    if not task.definition.health_check:
        return "UNKNOWN"
    if task.unhealthy:
        return "UNHEALTHY"
    return "HEALTHY" if task.healthy_at else "UNKNOWN"


_AFTER_EXIT = frozenset({TaskStatus.DEPROVISIONING, TaskStatus.STOPPED})


def _containers(task: Task) -> list[Document]:
    status = "RUNNING" if task.started_at or task.last_status is TaskStatus.ACTIVATING else "PENDING"
    if task.last_status in _AFTER_EXIT:
        status = "STOPPED"
    containers: list[Document] = []
    for index, (name, image) in enumerate(task.definition.containers):
        container: Document = {
            "containerArn": arn(
                task.cluster.account,
                task.cluster.region,
                f"container/{task.cluster.name}/{task.id}/{_uuid(task, f'container{index}')}",
            ),
            "lastStatus": status,
            "name": name,
            "image": image,
            "taskArn": task.arn,
            "networkInterfaces": _interfaces(task),
            "cpu": "0",
        }
        if index == 0 and task.definition.health_check:
            container["healthStatus"] = _health(task)
        if task.pull_stopped_at is not None:
            container["imageDigest"] = f"sha256:{hashlib.sha256(image.encode()).hexdigest()}"
            container["runtimeId"] = f"{task.id}-{int(task.id[:8], 16) + index:010d}"
        if status == "STOPPED" and task.exit_code is not None:
            container["exitCode"] = task.exit_code
        containers.append(container)
    return containers


def _interfaces(task: Task) -> list[Document]:
    if task.last_status not in _PULL_AND_LATER:
        return []
    return [{"attachmentId": _uuid(task, "eni"), "privateIpv4Address": address(task)}]


def _attachments(task: Task) -> list[Document]:
    subnet = _subnet(task)
    details: list[dict[str, Any]] = [{"name": "subnetId", "value": subnet}]
    status = "PRECREATED"
    if task.last_status in _PULL_AND_LATER:
        status = "DELETED" if task.last_status is TaskStatus.STOPPED else "ATTACHED"
        digits = _digest(task.id, "eni")
        dotted = address(task).replace(".", "-")
        details += [
            {"name": "networkInterfaceId", "value": f"eni-{digits[:17]}"},
            {"name": "macAddress", "value": "02:" + ":".join(digits[at : at + 2] for at in range(0, 10, 2))},
            {"name": "privateDnsName", "value": f"ip-{dotted}.{task.cluster.region}.compute.internal"},
            {"name": "privateIPv4Address", "value": address(task)},
        ]
    attachments: list[Document] = [
        {"id": _uuid(task, "eni"), "type": "eni", "status": status, "details": details}
    ]
    if task.behind_load_balancer:
        elb = (
            "DELETED" if task.last_status in _AFTER_EXIT else "ATTACHED" if task.started_at else "PRECREATED"
        )
        attachments.append({"id": _uuid(task, "elb"), "type": "elb", "status": elb, "details": []})
    return attachments


def _subnet(task: Task) -> str:
    return task.subnet or f"subnet-{_digest(task.id, 'subnet')[:17]}"


def address(task: Task) -> str:
    """Return the private IP address of a task: what its target groups know it by."""
    return f"10.{int(task.id[2:4], 16)}.{int(task.id[4:6], 16)}.{int(task.id[6:8], 16) % 254 + 1}"


@lru_cache(maxsize=16_384)
def _digest(task_id: str, purpose: str) -> str:
    return hashlib.sha256(f"{task_id}{purpose}".encode()).hexdigest()


def _uuid(task: Task, purpose: str) -> str:
    digits = _digest(task.id, purpose)
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:32]}"
