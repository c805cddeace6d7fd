"""ECS services and tasks, answered by the world.

AWS: services are deployed and their tasks live as the world (`simulator.world`) models it, and ECS refuses
what it refuses.
ministack: starts a service's tasks at once, knows no Spot, sends no events and accepts changes that AWS
refuses. Its clusters, capacity providers and task definitions stay in use, and the world is told of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from simulator.sandbox.corrections import passed_roles, target_groups
from simulator.sandbox.parts import Parts
from simulator.sandbox.seams import Seam
from simulator.sandbox.world_clock import WorldClock
from simulator.world import EcsError, ServiceKey

ACTIONS = Seam("services.ecs", "_ACTION_MAP")
CLUSTERS = Seam("services.ecs", "_clusters")
TASK_DEFINITIONS = Seam("services.ecs", "_task_defs")
RECOUNT = Seam("services.ecs", "_recount_cluster", ("cluster_name",))
SEAMS = (ACTIONS, CLUSTERS, TASK_DEFINITIONS, RECOUNT)

OF_THE_WORLD: Final = (
    "CreateService",
    "DeleteService",
    "DescribeServices",
    "DescribeTasks",
    "ListServices",
    "ListTasks",
    "RunTask",
    "StopTask",
    "UpdateService",
)
CHANGING_SERVICES: Final = ("CreateService", "UpdateService")
TAGGING: Final = ("TagResource", "UntagResource", "ListTagsForResource")
CHANGING_CLUSTERS: Final = ("CreateCluster", "PutClusterCapacityProviders", "UpdateCluster")
OWNED_BY_SERVICES: Final = (":service/", ":task/")

Handler = Callable[[Mapping[str, Any]], Any]


def install(parts: Parts, clock: WorldClock) -> None:
    """Put the world behind ECS's service and task operations."""
    actions = parts.emulator.ecs._ACTION_MAP
    for operation in OF_THE_WORLD:
        actions[operation] = _world_handler(parts, clock, operation)
    for operation in TAGGING:
        actions[operation] = _tag_handler(parts, clock, operation, actions[operation])
    for operation in CHANGING_CLUSTERS:
        actions[operation] = _then(
            actions[operation], lambda cluster: _sync_cluster(parts, clock, cluster), "cluster"
        )
    RECOUNT.replace(lambda cluster_name: _recount(parts, clock, cluster_name))
    actions["DeleteCluster"] = _delete_cluster_handler(parts, clock, actions["DeleteCluster"])
    actions["RegisterTaskDefinition"] = _then(
        actions["RegisterTaskDefinition"],
        lambda definition: _sync_task_definition(parts, clock, definition),
        "taskDefinition",
    )


def _world_handler(parts: Parts, clock: WorldClock, operation: str) -> Handler:
    def handle(data: Mapping[str, Any]) -> Any:
        account, region = parts.emulator.here()
        error = ""
        try:
            _prepare(parts, clock, operation, data)
            response = clock.call(account, region, operation, data)
        except EcsError as refused:
            error = refused.code
            return _error(parts, refused)
        else:
            return parts.emulator.ecs.json_response(wire(response))
        finally:
            parts.record_call("ecs", operation, _names(data), data, error)

    return handle


def _prepare(parts: Parts, clock: WorldClock, operation: str, data: Mapping[str, Any]) -> None:
    lacking = passed_roles.refusal(parts, operation, data)
    if lacking is not None:
        raise EcsError("AccessDeniedException", lacking)
    if operation in CHANGING_SERVICES:
        key = ServiceKey(*parts.emulator.here(), *_names(data))
        target_groups.prepare(parts, clock, key, data)


def _names(data: Mapping[str, Any]) -> tuple[str, str]:
    """Return the short names of the cluster and of the service, or services, that a request names."""
    named = data.get("service") or data.get("serviceName")
    services = [named] if named else data.get("services") or []
    cluster = str(data.get("cluster") or "default").rsplit("/", 1)[-1]
    return cluster, ",".join(str(name).rsplit("/", 1)[-1] for name in services)


def _error(parts: Parts, refused: EcsError) -> Any:
    status = 500 if refused.code == "ServerException" else 400
    return parts.emulator.ecs.error_response_json(refused.code, refused.message, status)


def _tag_handler(parts: Parts, clock: WorldClock, operation: str, original: Handler) -> Handler:
    def handle(data: Mapping[str, Any]) -> Any:
        if not any(kind in str(data.get("resourceArn", "")) for kind in OWNED_BY_SERVICES):
            return original(data)
        account, region = parts.emulator.here()
        try:
            return parts.emulator.ecs.json_response(wire(clock.call(account, region, operation, data)))
        except EcsError as refused:
            return _error(parts, refused)

    return handle


def _then(original: Handler, sync: Callable[[str], None], member: str) -> Handler:
    """Tell the world of what ministack made: `sync` gets the ARN of it."""

    def handle(data: Mapping[str, Any]) -> Any:
        response = original(data)
        status, _, body = response
        if status == HTTPStatus.OK:
            made = json.loads(body)[member]
            sync(str(made["clusterArn"] if member == "cluster" else made["taskDefinitionArn"]))
        return response

    return handle


def _sync_cluster(parts: Parts, clock: WorldClock, arn: str) -> None:
    account, region = parts.emulator.here()
    cluster = parts.emulator.ecs._clusters[arn.rsplit("/", 1)[-1]]
    with clock.using() as world:
        world.register_cluster(
            account,
            region,
            cluster["clusterName"],
            tuple(cluster["capacityProviders"]),
            tuple(cluster["defaultCapacityProviderStrategy"]),
        )


def _delete_cluster_handler(parts: Parts, clock: WorldClock, original: Handler) -> Handler:
    def handle(data: Mapping[str, Any]) -> Any:
        account, region = parts.emulator.here()
        name = str(data.get("cluster") or "default").rsplit("/", 1)[-1]
        if _services_of(parts, clock, name):
            message = "The Cluster cannot be deleted while Services are active."
            return _error(parts, EcsError("ClusterContainsServicesException", message))
        response = original(data)
        if response[0] == HTTPStatus.OK:
            with clock.using() as world:
                world.deregister_cluster(account, region, name)
        return response

    return handle


def _services_of(parts: Parts, clock: WorldClock, cluster: str) -> list[ServiceKey]:
    here = (*parts.emulator.here(), cluster)
    return [key for key in clock.services if (key.account, key.region, key.cluster) == here]


def _recount(parts: Parts, clock: WorldClock, name: str) -> None:
    """Fill in the figures that DescribeClusters shows."""
    cluster = parts.emulator.ecs._clusters.get(name)
    if cluster is None:
        return
    keys = _services_of(parts, clock, name)
    with clock.using() as world:
        samples = [sample for key in keys if (sample := world.log.last(key)) is not None]
    running = [sample.spot_running + sample.on_demand_running for sample in samples]
    missing = [max(0, sample.desired - here) for sample, here in zip(samples, running, strict=True)]
    cluster.update(
        activeServicesCount=len(keys), runningTasksCount=sum(running), pendingTasksCount=sum(missing)
    )


def _sync_task_definition(parts: Parts, clock: WorldClock, arn: str) -> None:
    account, region = parts.emulator.here()
    definition = parts.emulator.ecs._task_defs[arn.rsplit("/", 1)[-1]]
    containers = definition["containerDefinitions"]
    essential = [container for container in containers if container.get("essential", True)]
    ordered = [*essential, *(container for container in containers if container not in essential)]
    with clock.using() as world:
        world.register_task_definition(
            account,
            region,
            arn,
            cpu=str(definition.get("cpu") or "256"),
            memory=str(definition.get("memory") or "512"),
            stop_timeout=float(
                max((container.get("stopTimeout") or 30 for container in containers), default=30)
            ),
            containers=tuple((str(container["name"]), str(container["image"])) for container in ordered),
            health_check=any(container.get("healthCheck") for container in essential),
            architecture=str((definition.get("runtimePlatform") or {}).get("cpuArchitecture") or "X86_64"),
        )


def wire(value: Any) -> Any:
    """Return a response as ECS writes it: members without a value are left out, times are epoch seconds."""
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, Mapping):
        return {name: wire(member) for name, member in value.items() if member is not None}
    if isinstance(value, list | tuple):
        return [wire(item) for item in value]
    return value
