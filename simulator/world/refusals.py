"""What ECS refuses, with its error codes; messages are AWS's where they are published, else in our words."""

from __future__ import annotations

from typing import Final

from simulator.world.errors import invalid_parameter
from simulator.world.model import FARGATE, FARGATE_SPOT, Cluster, Document, Service, Strategy

_MOST_PROVIDERS: Final = 20
_MOST_WEIGHT: Final = 1000
_MOST_BASE: Final = 100_000
_ALL: Final = 100


def check_strategy(strategy: Strategy, cluster: Cluster) -> None:
    """Refuse a strategy that no service could follow."""
    if len(strategy) > _MOST_PROVIDERS:
        message = (
            f"A capacity provider strategy can contain a maximum of {_MOST_PROVIDERS} capacity providers."
        )
        raise invalid_parameter(message)
    names = [item.provider for item in strategy]
    if len(set(names)) != len(names):
        raise invalid_parameter("A capacity provider strategy cannot contain duplicate capacity providers.")
    if any(not 0 <= item.weight <= _MOST_WEIGHT or not 0 <= item.base <= _MOST_BASE for item in strategy):
        raise invalid_parameter("The weight must be between 0 and 1000 and the base between 0 and 100000.")
    if strategy and all(item.weight == 0 for item in strategy):
        message = "The specified capacity provider strategy must contain a provider with a weight above 0."
        raise invalid_parameter(message)
    if sum(item.base > 0 for item in strategy) > 1:
        raise invalid_parameter(
            "Only one capacity provider in a capacity provider strategy can have a base defined."
        )
    if any(name not in cluster.capacity_providers for name in names):
        message = (
            "The specified capacity provider strategy cannot contain a capacity provider that is not "
            "associated with the cluster. Associate the capacity provider with the cluster and try again."
        )
        raise invalid_parameter(message)
    if any(name not in (FARGATE, FARGATE_SPOT) for name in names):
        raise invalid_parameter("Only the capacity providers FARGATE and FARGATE_SPOT exist in this world.")


def check_deployment_configuration(configuration: Document) -> None:
    """Refuse percentages that ECS does not take."""
    minimum, maximum = configuration["minimumHealthyPercent"], configuration["maximumPercent"]
    if not 0 <= minimum <= maximum:
        message = "The minimumHealthyPercent must be at least 0 and not above the maximumPercent."
        raise invalid_parameter(message)
    if maximum <= 0 or (minimum == 0 and maximum < _ALL):
        raise invalid_parameter("The maximumPercent must be at least 100 where minimumHealthyPercent is 0.")


def check_controller(service: Service, request: Document) -> None:
    """Refuse what only the ECS deployment controller can do; others still take a desiredCount."""
    if service.controller == "ECS":
        return
    owner = {
        "CODE_DEPLOY": "a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.",
        "EXTERNAL": "an EXTERNAL deployment controller. Use a task set to trigger a new deployment.",
    }[service.controller]
    if request.get("forceNewDeployment"):
        raise invalid_parameter(f"Cannot force a new deployment on services with {owner}")
    refused = {
        "capacityProviderStrategy": "capacity provider strategy",
        "taskDefinition": "task definition",
        "networkConfiguration": "network configuration",
        "platformVersion": "platform version",
        "loadBalancers": "load balancers",
        "serviceRegistries": "service registries",
    }
    for parameter, words in refused.items():
        if request.get(parameter) is not None:
            raise invalid_parameter(f"Unable to update {words} on services with {owner}")


def check_count(value: object, name: str) -> int:
    """Refuse a count that is not a whole number of at least 0."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise invalid_parameter(f"{name} must be a whole number of at least 0.")
    return value
