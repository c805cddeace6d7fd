"""IAM resources and condition keys of ECS calls.

AWS: UpdateService, DescribeServices and the like are checked against the service's ARN, task calls against
the task's, listings against `*`; `ecs:cluster` is the cluster's ARN, and what a request sets has keys of its
own. (Service Authorization Reference, "Amazon Elastic Container Service".) ListTasks without a container
instance was seen to be checked against `*` (https://github.com/cdklabs/construct-hub/pull/1207), and is said
to be checked against every container instance of the cluster: here it has to be allowed for both.
ministack: checks everything against the cluster and sets no `ecs:` key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from simulator.sandbox.evaluation import ContextValue

Request = Mapping[str, Any]
Found = tuple[tuple[str, ...], dict[str, ContextValue]]

# Actions by what they are checked against.
ON_SERVICES: Final = frozenset(
    {"CreateService", "UpdateService", "DeleteService", "DescribeServices", "ListServiceDeployments"}
)
ON_TASKS: Final = frozenset({"DescribeTasks", "StopTask", "GetTaskProtection", "UpdateTaskProtection"})
ON_CLUSTERS: Final = frozenset(
    {"CreateCluster", "DeleteCluster", "DescribeClusters", "PutClusterCapacityProviders", "UpdateCluster"}
)
ON_TAGGED: Final = frozenset({"TagResource", "UntagResource", "ListTagsForResource"})
ON_NOTHING: Final = frozenset(
    {
        "DeregisterTaskDefinition",
        "DescribeTaskDefinition",
        "ListAccountSettings",
        "ListClusters",
        "ListServices",
        "ListTaskDefinitionFamilies",
        "ListTaskDefinitions",
    }
)
WITH_CLUSTER_KEY: Final = ON_SERVICES | ON_TASKS | {"ListServices", "ListTasks", "RunTask"}
SETTING_A_SERVICE: Final = frozenset({"CreateService", "UpdateService"})
# What RunTask sets has fewer keys than what a service sets.
OF_RUN_TASK: Final = frozenset({"ecs:capacity-provider", "ecs:enable-execute-command"})


def facts(action: str, request: Request, account: str, region: str) -> Found | None:
    """Return the ARNs a call is checked against and its condition keys; None: ministack's answer stands."""
    resources = _resources(action, request, f"arn:{_partition(region)}:ecs:{region}:{account}:")
    if resources is None:
        return None
    prefix = f"arn:{_partition(region)}:ecs:{region}:{account}:"
    context: dict[str, ContextValue] = {}
    if action in WITH_CLUSTER_KEY:
        context["ecs:cluster"] = _arn(request.get("cluster") or "default", prefix, "cluster/")
    if action in SETTING_A_SERVICE:
        context.update(_settings(request, prefix))
    if action == "RunTask":
        context.update(
            {key: value for key, value in _settings(request, prefix).items() if key in OF_RUN_TASK}
        )
    return resources, context


def _partition(region: str) -> str:
    return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(region.rsplit("-", 2)[0], "aws")


def _resources(action: str, request: Request, prefix: str) -> tuple[str, ...] | None:
    cluster = str(request.get("cluster") or "default").rsplit("/", 1)[-1]
    if action in ON_NOTHING:
        return ("*",)
    if action in ON_SERVICES:
        names = request.get("services") or [request.get("service") or request.get("serviceName") or "*"]
        return tuple(_arn(name, prefix, f"service/{cluster}/") for name in names)
    if action in ON_TASKS:
        return tuple(
            _arn(name, prefix, f"task/{cluster}/")
            for name in request.get("tasks") or [request.get("task") or "*"]
        )
    if action in ON_CLUSTERS:
        names = request.get("clusters") or [request.get("cluster") or request.get("clusterName") or "default"]
        return tuple(_arn(name, prefix, "cluster/") for name in names)
    if action in ON_TAGGED:
        return (str(request.get("resourceArn") or "*"),)
    if action == "ListTasks":
        instance = request.get("containerInstance")
        named = _arn(instance or "*", prefix, f"container-instance/{cluster}/")
        return (named,) if instance else ("*", named)
    return _of_task_definitions(action, request, prefix)


def _of_task_definitions(action: str, request: Request, prefix: str) -> tuple[str, ...] | None:
    if action == "RunTask":
        return (_task_definition(request.get("taskDefinition") or "*", prefix),)
    if action == "RegisterTaskDefinition":
        return (f"{prefix}task-definition/{request.get('family', '*')}:*",)
    return None


def _arn(name: object, prefix: str, path: str) -> str:
    text = str(name)
    return text if text.startswith("arn:") else f"{prefix}{path}{text}"


def _task_definition(name: object, prefix: str) -> str:
    arn = _arn(name, prefix, "task-definition/")
    # A family without a revision stands for its newest one; a policy can only name it by a pattern.
    return arn if ":" in arn.rsplit("/", 1)[-1] else f"{arn}:*"


def _settings(request: Request, prefix: str) -> dict[str, ContextValue]:
    """Return the keys of what a request sets.

    A key of a member that the request leaves out is left out too. AWS does not document whether it then fills
    in the default; a policy that holds without the key holds either way.
    """
    context: dict[str, ContextValue] = {}
    strategy = request.get("capacityProviderStrategy")
    if strategy:
        context["ecs:capacity-provider"] = [
            _arn(item["capacityProvider"], prefix, "capacity-provider/") for item in strategy
        ]
    for member, key in (
        ("enableExecuteCommand", "ecs:enable-execute-command"),
        ("enableECSManagedTags", "ecs:enable-ecs-managed-tags"),
    ):
        if member in request:
            context[key] = str(bool(request[member])).lower()
    if "propagateTags" in request:
        context["ecs:propagate-tags"] = str(request["propagateTags"])
    if "taskDefinition" in request:
        context["ecs:task-definition"] = _task_definition(request["taskDefinition"], prefix)
    connect = request.get("serviceConnectConfiguration")
    if isinstance(connect, Mapping):
        context["ecs:enable-service-connect"] = str(bool(connect.get("enabled"))).lower()
    network = (request.get("networkConfiguration") or {}).get("awsvpcConfiguration") or {}
    if network.get("subnets"):
        context["ecs:subnet"] = list(network["subnets"])
    if network.get("assignPublicIp"):
        context["ecs:auto-assign-public-ip"] = str(network["assignPublicIp"] == "ENABLED").lower()
    return context
