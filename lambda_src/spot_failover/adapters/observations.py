"""What DescribeServices shows of a service, read in the words of the domain."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import TYPE_CHECKING

from spot_failover.adapters.times import whole_milliseconds
from spot_failover.domain.capacity import Rolling, Strategy, StrategyItem
from spot_failover.domain.service import (
    ROLLING_CONTROLLER,
    ROLLING_STRATEGY,
    Deployment,
    Observation,
    Rollout,
    ServiceEvent,
)

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import (
        CapacityProviderStrategyItemTypeDef,
        DeploymentTypeDef,
        NetworkConfigurationOutputTypeDef,
        ServiceTypeDef,
        TaskSetTypeDef,
    )

# ECS shows up to 100; what a survey looks for stands among the latest.
_EVENTS_KEPT = 20


def to_observation(service: ServiceTypeDef) -> Observation:
    """Read one service of ECS's answer."""
    configuration = service.get("deploymentConfiguration", {})
    default = Rolling()
    # The primary deployment first: it is what ECS drives towards, the others are being replaced.
    deployments = sorted(
        service.get("deployments", ()), key=lambda deployment: deployment["status"] != "PRIMARY"
    )
    # CodeDeploy and others who deploy by task sets change those, and leave the service as it was created.
    task_set = _primary(service.get("taskSets", ()))
    primary = deployments[0] if deployments else None
    network = (task_set or service).get("networkConfiguration") or (primary or {}).get("networkConfiguration")
    return Observation(
        status=service["status"],
        created_at=whole_milliseconds(service["createdAt"]),
        desired=service["desiredCount"],
        running=service["runningCount"],
        pending=service["pendingCount"],
        deployments=tuple(_deployment(deployment) for deployment in deployments),
        rolling=Rolling(
            configuration.get("minimumHealthyPercent", default.minimum_healthy_percent),
            configuration.get("maximumPercent", default.maximum_percent),
        ),
        launch_type=service.get("launchType", ""),
        controller=service.get("deploymentController", {}).get("type", ROLLING_CONTROLLER),
        deployment_strategy=configuration.get("strategy", ROLLING_STRATEGY),
        deployment_configuration=dict(configuration),
        service_name=service["serviceName"],
        own_strategy=_strategy((task_set or service).get("capacityProviderStrategy", ())),
        task_definition=(task_set or service).get("taskDefinition")
        or (primary or {}).get("taskDefinition", ""),
        target_groups=_target_groups(task_set or service) or _target_groups(service),
        service_connect=any(_discoverable(deployment) for deployment in deployments),
        network=_network(network),
        settings=_settings(task_set or service, service, network),
        tags={tag["key"]: tag["value"] for tag in service.get("tags", ())},
        events=_events(service),
    )


def _primary(task_sets: Sequence[TaskSetTypeDef]) -> TaskSetTypeDef | None:
    return next((task_set for task_set in task_sets if task_set.get("status") == "PRIMARY"), None)


def _strategy(items: Sequence[CapacityProviderStrategyItemTypeDef]) -> Strategy:
    return Strategy(
        tuple(
            StrategyItem(item["capacityProvider"], item.get("weight", 0), item.get("base", 0))
            for item in items
        )
    )


def _deployment(deployment: DeploymentTypeDef) -> Deployment:
    return Deployment(
        id=deployment["id"],
        strategy=_strategy(deployment.get("capacityProviderStrategy", ())),
        created_at=whole_milliseconds(deployment["createdAt"]),
        desired=deployment["desiredCount"],
        running=deployment["runningCount"],
        rollout=_rollout(deployment.get("rolloutState")),
        task_definition=deployment["taskDefinition"],
    )


def _rollout(state: str | None) -> Rollout:
    if state is None:  # a deployment from before ECS had rollout states
        return Rollout.COMPLETED
    # A state that ECS may add one day is not known to be over.
    return Rollout(state) if state in set(Rollout) else Rollout.IN_PROGRESS


def _target_groups(placed: ServiceTypeDef | TaskSetTypeDef) -> tuple[str, ...]:
    balancers = placed.get("loadBalancers", ())
    return tuple(dict.fromkeys(arn for balancer in balancers if (arn := balancer.get("targetGroupArn"))))


def _discoverable(deployment: DeploymentTypeDef) -> bool:
    """Whether it takes a name in a Service Connect namespace: a mere client of others takes none."""
    configuration = deployment.get("serviceConnectConfiguration", {})
    return bool(configuration.get("enabled") and configuration.get("services"))


def _network(configuration: NetworkConfigurationOutputTypeDef | None) -> tuple[str, ...]:
    vpc = configuration.get("awsvpcConfiguration") if configuration else None
    return tuple(sorted((*vpc["subnets"], *vpc.get("securityGroups", ())))) if vpc else ()


def _settings(
    placed: ServiceTypeDef | TaskSetTypeDef,
    service: ServiceTypeDef,
    network: NetworkConfigurationOutputTypeDef | None,
) -> dict[str, str]:
    """Return what else is to be alike in a service and its standby."""
    vpc = network.get("awsvpcConfiguration") if network else None
    ports = sorted(
        f"{balancer.get('containerName', '')}:{balancer['containerPort']}"
        for balancer in placed.get("loadBalancers", ())
        if "containerPort" in balancer
    )
    settings = {
        "platform version": placed.get("platformVersion", ""),
        "public IP": vpc.get("assignPublicIp", "") if vpc else "",
        "ports behind load balancers": ", ".join(ports),
        "health check grace period": f"{service.get('healthCheckGracePeriodSeconds', 0)} s" if ports else "",
    }
    return {name: value for name, value in settings.items() if value}


def _events(service: ServiceTypeDef) -> tuple[ServiceEvent, ...]:
    latest = sorted(service.get("events", ()), key=itemgetter("createdAt"), reverse=True)[:_EVENTS_KEPT]
    return tuple(ServiceEvent(whole_milliseconds(event["createdAt"]), event["message"]) for event in latest)
