"""What a request asks to roll out: the first revision of a service, or its next."""

from __future__ import annotations

from typing import Final

from simulator.world import strategy
from simulator.world.copies import copied
from simulator.world.errors import CLIENT, CLUSTER_NOT_FOUND, EcsError, invalid_parameter
from simulator.world.model import FARGATE, Cluster, Document, Revision, Service, Strategy, TaskDefinition
from simulator.world.names import last_part
from simulator.world.refusals import check_strategy
from simulator.world.state import Region

# A change of one of these makes ECS roll out anew; desired count, percentages, tags and the like do not.
_ROLLED_OUT: Final = (
    "networkConfiguration",
    "serviceConnectConfiguration",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
)
_FORCE: Final = (
    "When switching from launch type to capacity provider strategy on an existing service, or making a "
    "change to a capacity provider strategy on a service that is already using one, you must force a new "
    "deployment."
)
_BOTH: Final = (
    "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again."
)


def find_cluster(region: Region, request: Document) -> Cluster:
    """Find the cluster of a request, by name or ARN; `default` where none is named."""
    cluster = region.clusters.get(last_part(str(request.get("cluster") or "default")))
    if cluster is None:
        raise EcsError(CLUSTER_NOT_FOUND, "Cluster not found.")
    return cluster


def find_definition(region: Region, name: object) -> TaskDefinition:
    """Find a task definition by its ARN, `family:revision` or family."""
    definition = region.definition(str(name))
    if definition is None:
        raise EcsError(CLIENT, "TaskDefinition not found.")
    return definition


def chosen_strategy(request: Document, cluster: Cluster) -> Strategy:
    """Read the strategy of a request, empty where it has none, and refuse what ECS refuses of it."""
    items = request.get("capacityProviderStrategy") or []
    if not isinstance(items, list) or any(not isinstance(item, dict) for item in items):
        raise invalid_parameter("The capacityProviderStrategy must be a list of objects.")
    if items and request.get("launchType"):
        raise invalid_parameter(_BOTH)
    chosen = strategy.parse(items)
    check_strategy(chosen, cluster)
    return chosen


def first_revision(region: Region, cluster: Cluster, controller: str, request: Document) -> Revision:
    """Read what CreateService starts with: the cluster's default strategy where nothing is chosen."""
    chosen = chosen_strategy(request, cluster)
    launch_type = request.get("launchType")
    if not chosen and launch_type is None:
        chosen = cluster.default_strategy
        launch_type = None if chosen else "EC2"
    definition = None
    if controller != "EXTERNAL" or request.get("taskDefinition"):
        definition = find_definition(region, request.get("taskDefinition"))
    return Revision(
        task_definition=definition,
        launch_type=launch_type,
        strategy=chosen,
        platform_version=request.get("platformVersion") or "LATEST",
        settings=_settings(request),
    )


def next_revision(region: Region, service: Service, request: Document) -> Revision:
    """Read what UpdateService asks for; it equals the present revision where nothing is to be rolled out."""
    current = service.revision
    chosen, launch_type = current.strategy, current.launch_type
    if request.get("capacityProviderStrategy") is not None:
        chosen = chosen_strategy(request, service.cluster)
        launch_type = None if chosen else current.launch_type or FARGATE
        if set(chosen) == set(current.strategy):
            chosen = current.strategy  # the same in another order is no change
        elif not request.get("forceNewDeployment"):
            raise invalid_parameter(_FORCE)
    definition = current.task_definition
    if request.get("taskDefinition"):
        definition = find_definition(region, request["taskDefinition"])
    return Revision(
        task_definition=definition,
        launch_type=launch_type,
        strategy=chosen,
        platform_version=request.get("platformVersion") or current.platform_version,
        settings=current.settings | _settings(request),
    )


def _settings(request: Document) -> Document:
    return copied({name: request[name] for name in _ROLLED_OUT if request.get(name) is not None})
