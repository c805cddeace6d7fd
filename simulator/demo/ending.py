"""What is read before the first drought and after the last one: strategies, dead letters, refusals, logs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from simulator.demo.cast import EVERYONE, FRANKFURT, HUB, MUMBAI, STANDBYS, TOKYO, Place, session
from simulator.sandbox import Sandbox
from simulator.world import ServiceKey

OF_LAMBDA: Final = ("START ", "END ", "REPORT ")
FORWARDING_DEAD_LETTERS: Final = "spot-failover-forwarding-dlq"


@dataclass(frozen=True, slots=True)
class Shape:
    """How a service is there: what the hub may change, and must put back.

    scaling: limits and suspensions of its desired count's scalable target, if it has one.
    """

    strategy: tuple[tuple[str, int, int], ...]
    desired_count: int
    minimum_healthy_percent: int
    maximum_percent: int
    scaling: tuple[int | bool, ...] = ()


@dataclass(frozen=True, slots=True)
class Ending:
    """What was left when the story was over."""

    before: Mapping[ServiceKey, Shape]
    after: Mapping[ServiceKey, Shape]
    dead_letters: Mapping[str, int]
    denials: tuple[str, ...]


def shapes(sandbox: Sandbox) -> dict[ServiceKey, Shape]:
    """Describe every service, standbys included."""
    return {key: _shape(sandbox, key) for key in (*EVERYONE, *STANDBYS.values())}


def _shape(sandbox: Sandbox, key: ServiceKey) -> Shape:
    """Describe a service as its own account sees it."""
    own = session(Place(key.account, key.region))
    ecs = own.client("ecs", endpoint_url=sandbox.endpoint)
    found = ecs.describe_services(cluster=key.cluster, services=[key.service])["services"][0]
    rolling = found["deploymentConfiguration"]
    return Shape(
        strategy=tuple(
            sorted(
                (item["capacityProvider"], item.get("weight", 0), item.get("base", 0))
                for item in found["capacityProviderStrategy"]
            )
        ),
        desired_count=found["desiredCount"],
        minimum_healthy_percent=rolling["minimumHealthyPercent"],
        maximum_percent=rolling["maximumPercent"],
        scaling=_scaling(own.client("application-autoscaling", endpoint_url=sandbox.endpoint), key),
    )


def _scaling(client: Any, key: ServiceKey) -> tuple[int | bool, ...]:  # noqa: ANN401 - boto3's client
    found = client.describe_scalable_targets(
        ServiceNamespace="ecs", ResourceIds=[f"service/{key.cluster}/{key.service}"]
    )["ScalableTargets"]
    return tuple(
        value
        for target in found
        for value in (
            target["MinCapacity"],
            target["MaxCapacity"],
            target["SuspendedState"]["DynamicScalingInSuspended"],
            target["SuspendedState"]["DynamicScalingOutSuspended"],
            target["SuspendedState"]["ScheduledScalingSuspended"],
        )
    )


def dead_letters(sandbox: Sandbox, hub: Mapping[str, Any]) -> dict[str, int]:
    """Count the messages in every dead-letter queue of the hub and of the spokes."""
    sqs = session(HUB).client("sqs", endpoint_url=sandbox.endpoint)
    counts = {f"hub {name}": _messages(sqs, url) for name, url in hub["dead_letter_queues"].items()}
    for place in (FRANKFURT, TOKYO, MUMBAI):
        sqs = session(place).client("sqs", endpoint_url=sandbox.endpoint)
        url = sqs.get_queue_url(QueueName=FORWARDING_DEAD_LETTERS)["QueueUrl"]
        counts[f"{place.account} {place.region}"] = _messages(sqs, url)
    return counts


def denials(sandbox: Sandbox) -> tuple[str, ...]:
    """Return what IAM refused, in sentences."""
    return tuple(
        f"{denial.question.principal or denial.question.service} may not do {denial.question.action} "
        f"on {denial.question.resource} ({denial.count} times)."
        for denial in sandbox.control.denials()
    )


def function_logs(sandbox: Sandbox, hub: Mapping[str, Any]) -> Iterator[str]:
    """Return the lines that the hub's functions logged, with the function's name in front."""
    logs = session(HUB).client("logs", endpoint_url=sandbox.endpoint)
    for name, group in hub["log_groups"].items():
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group):
            messages = (event["message"].rstrip() for event in page["events"])
            yield from (f"{name} {message}" for message in messages if not message.startswith(OF_LAMBDA))


def _messages(sqs: Any, url: str) -> int:  # noqa: ANN401 - boto3's client, in whichever region
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(attributes[name]) for name in names)
