"""Services in the JSON shape of the API; times are datetimes here.

Every document is new all the way down: a caller may change it.
"""

from __future__ import annotations

from simulator.world import strategy
from simulator.world.copies import copied
from simulator.world.model import Deployment, Document, Revision, Service
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


def service_document(service: Service) -> Document:
    """Return a service as DescribeServices shows it, its tags included."""
    settings = service.settings
    document: Document = {
        "serviceArn": service.arn,
        "serviceName": service.name,
        "clusterArn": service.cluster.arn,
        "status": service.status,
        "desiredCount": service.desired_count,
        "runningCount": service.spot_running + service.on_demand_running,
        "pendingCount": sum(task.is_starting for task in service.tasks.values() if task.is_wanted),
        **_capacity(service.revision),
        "platformFamily": "Linux",
        "deploymentConfiguration": copied(service.deployment_configuration),
        "taskSets": [],
        "deployments": [],
        "events": [message.copy() for message in service.messages],
        "createdAt": service.created_at,
        "createdBy": service.created_by,
        "schedulingStrategy": service.scheduling_strategy,
        "deploymentController": {"type": service.controller},
        "enableECSManagedTags": settings["enableECSManagedTags"],
        "enableExecuteCommand": settings["enableExecuteCommand"],
        "tags": copied(service.tags),
    }
    document |= {name: copied(settings[name]) for name in _ECHOED if name in settings}
    if "networkConfiguration" in service.revision.settings:
        document["networkConfiguration"] = copied(service.revision.settings["networkConfiguration"])
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
    document |= copied(revision.settings)
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
