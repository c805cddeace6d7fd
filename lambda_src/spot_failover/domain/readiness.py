"""What a service lacks to survive an interruption or a failover: each a sentence what, and what to do."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from spot_failover.domain.policy import Mode
from spot_failover.domain.service import ROLLING_CONTROLLER
from spot_failover.domain.spot import tasks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from spot_failover.domain.identity import ServiceId
    from spot_failover.domain.record import Record
    from spot_failover.domain.scaling import Limits
    from spot_failover.domain.service import Observation
    from spot_failover.domain.task_definition import Container, TaskDefinition

# Fargate ends a Spot task two minutes after its notice, and allows no longer stopTimeout; unset, it is 30 s.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html
LONGEST_STOP = 120
DEFAULT_STOP = 30
# Shorter than the two minutes by what it takes the notice to reach the load balancer.
LONGEST_DEREGISTRATION = 110
# Tags by which images are commonly moved on. A tag is taken to stay unless it is one of these.
MOVING_TAGS = frozenset({
    "latest", "main", "master", "trunk", "head", "develop", "dev", "development", "edge", "nightly", "next",
    "canary", "test", "staging", "stage", "prod", "production", "live", "release", "current", "stable", "lts",
})  # fmt: skip
# How long what someone undid is held against the service's configuration.
UNDONE_LATELY = timedelta(days=7)
# Fewer tasks may share a zone by chance.
ENOUGH_TO_SPREAD = 2
QUOTA_CODE = "L-3032A538"


class Check(StrEnum):
    """What is looked at; NOT_CHECKED says that something could not be."""

    STOP_TIMEOUT = "stop_timeout"
    DEREGISTRATION_DELAY = "deregistration_delay"
    HEALTH_CHECK = "health_check"
    HEALTHY_PERCENT = "healthy_percent"
    CIRCUIT_BREAKER = "circuit_breaker"
    IMAGE_TAG = "image_tag"
    ZONES = "zones"
    STANDBY = "standby"
    AUTOSCALING = "autoscaling"
    ON_DEMAND_QUOTA = "on_demand_quota"
    IGNORE_CHANGES = "ignore_changes"
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a service lacks; the sentence says what it is and what to do."""

    check: Check
    sentence: str


@dataclass(frozen=True, slots=True)
class Headroom:
    """Fargate's on-demand vCPUs in an account and region: the quota, and what protected services would need.

    `needed` is all of their tasks at once, as far as their sizes are known; what others use comes on top.
    """

    quota: float
    needed: float


@dataclass(frozen=True, slots=True)
class Facts:
    """What AWS shows of a service beside its observation. None: it could not be learnt.

    deregistration_delays: seconds by target group ARN. scalable: limits of the service and its standby, where
    they are scalable targets. zones: where its tasks run, one entry a task.
    """

    task_definition: TaskDefinition | None = None
    standby_task_definition: TaskDefinition | None = None
    deregistration_delays: Mapping[str, int] = field(default_factory=dict)
    scalable: Mapping[ServiceId, Limits] | None = None
    zones: tuple[str, ...] = ()
    headroom: Headroom | None = None


# What a report says of the services that a check found something about.
_IN_SHORT = {
    Check.STOP_TIMEOUT: f"containers are killed before Spot's {LONGEST_STOP} s are over",
    Check.DEREGISTRATION_DELAY: f"target groups drain for longer than {LONGEST_DEREGISTRATION} s",
    Check.HEALTH_CHECK: "nothing says when a task is healthy",
    Check.HEALTHY_PERCENT: "rollouts stop tasks first, or never end",
    Check.CIRCUIT_BREAKER: "the deployment circuit breaker is off",
    Check.IMAGE_TAG: "image tags move",
    Check.ZONES: "all tasks share one Availability Zone",
    Check.STANDBY: "the standby is unlike the service",
    Check.AUTOSCALING: "autoscaling does not suit the standby",
    Check.ON_DEMAND_QUOTA: "the on-demand quota of the account and region is too small",
    Check.IGNORE_CHANGES: "failovers are undone, as by Terraform without ignore_changes",
    Check.NOT_CHECKED: "something could not be checked",
}
# More names than that are only counted.
_NAMED = 5


def report(records: Sequence[Record]) -> str | None:
    """Return what the services of a place lack, a line for each check; None: nothing."""
    lacking: dict[Check, list[str]] = {check: [] for check in Check}
    for record in sorted(records, key=lambda record: record.id):
        for check in dict.fromkeys(finding.check for finding in record.findings):
            lacking[check].append(f"{record.id.cluster}/{record.id.service}")
    lines = [f"- {_IN_SHORT[check]}: {_names(names)}" for check, names in lacking.items() if names]
    if not lines:
        return None
    services = {name for names in lacking.values() for name in names}
    many = (
        f"{len(services)} of {len(records)} protected services are not ready for interruptions or failovers:"
    )
    return "\n".join([many, *lines, "`spotfailover status SERVICE` says what to do about each."])


def _names(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def findings(record: Record, observation: Observation, facts: Facts, now: datetime) -> tuple[Finding, ...]:
    """Return what a service lacks, in the order of `Check`."""
    return tuple(
        Finding(check, sentence)
        for check, sentences in (
            (Check.STOP_TIMEOUT, _stop_timeout(facts.task_definition)),
            (Check.DEREGISTRATION_DELAY, _deregistration_delay(facts)),
            (Check.HEALTH_CHECK, _health_check(observation, facts.task_definition)),
            (Check.HEALTHY_PERCENT, _healthy_percent(record, observation)),
            (Check.CIRCUIT_BREAKER, _circuit_breaker(observation)),
            (Check.IMAGE_TAG, _image_tag(facts.task_definition)),
            (Check.ZONES, _zones(observation, facts)),
            (Check.STANDBY, _standby(record, observation, facts)),
            (Check.AUTOSCALING, _autoscaling(record, observation, facts)),
            (Check.ON_DEMAND_QUOTA, _on_demand_quota(facts.headroom)),
            (Check.IGNORE_CHANGES, _ignore_changes(record, now)),
        )
        for sentence in sentences
    )


def _stop_timeout(definition: TaskDefinition | None) -> Iterator[str]:
    times = {
        container.name: DEFAULT_STOP if container.stop_timeout is None else container.stop_timeout
        for container in _essential(definition)
    }
    short = [f"{name} {seconds} s" for name, seconds in times.items() if seconds < LONGEST_STOP]
    if short:
        yield (
            f"Spot gives a task {LONGEST_STOP} s to finish its work, but its containers are killed sooner "
            f"(stopTimeout: {', '.join(short)}). Set stopTimeout to {LONGEST_STOP}."
        )


def _deregistration_delay(facts: Facts) -> Iterator[str]:
    for arn, seconds in sorted(facts.deregistration_delays.items()):
        if seconds > LONGEST_DEREGISTRATION:
            yield (
                f"Target group {_group_name(arn)} drains a task for {seconds} s, but an interrupted one is "
                f"gone before that. Set its deregistration delay to {LONGEST_DEREGISTRATION} s or less."
            )


def _health_check(observation: Observation, definition: TaskDefinition | None) -> Iterator[str]:
    # Target groups of Fargate tasks always check their health: they are of type ip.
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
    if definition is None or observation.target_groups:
        return
    if not any(container.health_check for container in _essential(definition)):
        yield (
            "Neither a target group nor a container says when a task is healthy, so it counts as that 30 s "
            "after its start. Give an essential container a healthCheck."
        )


def _healthy_percent(record: Record, observation: Observation) -> Iterator[str]:
    if observation.controller != ROLLING_CONTROLLER:
        return
    # What we raised for a rollout of ours is not what the owners set.
    rolling = record.put_back or observation.rolling
    minimum, maximum, desired = (
        rolling.minimum_healthy_percent,
        rolling.maximum_percent,
        max(1, observation.desired),
    )
    if minimum < 100:  # noqa: PLR2004 - per cent
        yield (
            f"minimumHealthyPercent is {minimum}: a rollout stops tasks before others run in their place, "
            "which Spot may not have. Set it to 100."
        )
    elif desired * maximum // 100 <= math.ceil(desired * minimum / 100):
        yield (
            f"With minimumHealthyPercent {minimum} and maximumPercent {maximum}, a rollout of "
            f"{tasks(desired)} may neither stop nor start one, so it never ends. Set maximumPercent to 200."
        )


def _circuit_breaker(observation: Observation) -> Iterator[str]:
    breaker = observation.deployment_configuration.get("deploymentCircuitBreaker", {})
    if observation.controller == ROLLING_CONTROLLER and not breaker.get("enable"):
        yield (
            "The deployment circuit breaker is off: a rollout whose tasks do not start goes on for ever, and "
            "delays a restore. Switch it on, with rollback."
        )


def _image_tag(definition: TaskDefinition | None) -> Iterator[str]:
    moving = [
        f"{container.name} {container.image}"
        for container in (definition.containers if definition else ())
        if may_move(container.image)
    ]
    if moving:
        yield (
            "Tasks that replace others may run another image than those beside them, because its tag moves: "
            f"{', '.join(moving)}. Name a digest, or a tag that stays with one version."
        )


def may_move(image: str) -> bool:
    """Whether a reference may mean another image tomorrow: no digest, and a tag that moves, or none."""
    if "@" in image:
        return False
    # A colon before the last slash belongs to the registry's port.
    _, _, tag = image.rpartition("/")[2].partition(":")
    return tag.lower() in MOVING_TAGS or not tag


def _zones(observation: Observation, facts: Facts) -> Iterator[str]:
    if len(observation.subnets) == 1:
        yield (
            "The service has a single subnet, so a single Availability Zone: where Spot runs out there, no "
            "other zone can help. Give it subnets in two zones or more."
        )
    elif len(facts.zones) >= ENOUGH_TO_SPREAD and len(set(facts.zones)) == 1:
        yield (
            f"All {len(facts.zones)} tasks run in one Availability Zone, {facts.zones[0]}: where Spot runs "
            "out there, all are lost at once. Give the service subnets in two zones or more; if it has them, "
            "Spot lacks capacity in the others."
        )


def _standby(record: Record, observation: Observation, facts: Facts) -> Iterator[str]:
    twin = observation.standby
    if twin is None or not twin.active:
        return
    names = sorted(observation.settings.keys() | twin.settings.keys())
    differences = [
        f"{name} ({observation.settings.get(name, 'none')} and {twin.settings.get(name, 'none')})"
        for name in names
        if observation.settings.get(name) != twin.settings.get(name)
    ]
    if not record.policy.standby.follow_task_definition:
        differences += _task_definitions(facts.task_definition, facts.standby_task_definition)
    if differences:
        yield (
            f'The standby "{record.policy.standby.service_name}" differs from the service in its '
            f"{', its '.join(differences)}. Make them alike if it is to do the same work."
        )


def _task_definitions(ours: TaskDefinition | None, theirs: TaskDefinition | None) -> Iterator[str]:
    if ours is None or theirs is None:
        return
    if ours.size != theirs.size:
        yield f"task size ({_size(ours)} and {_size(theirs)})"
    images = [
        tuple(sorted((each.name, each.image) for each in one.containers if each.essential))
        for one in (ours, theirs)
    ]
    if images[0] != images[1]:
        yield "containers' images"


def _autoscaling(record: Record, observation: Observation, facts: Facts) -> Iterator[str]:
    standby = record.policy.standby
    if facts.scalable is None or observation.standby is None or record.policy.mode is Mode.SWITCH:
        return
    ours = facts.scalable.get(record.id)
    theirs = facts.scalable.get(record.id.beside(standby.service_name))
    twin = f'The standby "{standby.service_name}"'
    if record.policy.mode is Mode.BACKFILL:
        if theirs:
            yield (
                f"{twin} is scaled by Application Auto Scaling, which undoes the counts that stand in for "
                "missing Spot tasks. Remove its scalable target; the service itself may have one."
            )
        return
    if ours and not theirs:
        yield (
            f"The service is scaled by Application Auto Scaling and its standby is not: while the standby "
            f"serves, it does not follow the load. Give it a scalable target, with minimum {standby.reserve}."
        )
    if theirs and theirs.minimum > standby.reserve:
        yield (
            f"{twin} has a scalable target whose minimum is {theirs.minimum}, so it cannot rest at "
            f"{standby.reserve}. Set the minimum to {standby.reserve}."
        )
    wanted = max(ours.maximum if ours else 0, observation.desired)
    if theirs and theirs.maximum < wanted:
        yield (
            f"{twin} has a scalable target whose maximum is {theirs.maximum}, but it may have to stand in "
            f"for {tasks(wanted)}. Set the maximum to {wanted} or more."
        )


def _on_demand_quota(headroom: Headroom | None) -> Iterator[str]:
    if headroom and headroom.needed > headroom.quota:
        yield (
            f"If Spot fails them all, the protected services of this account and region need "
            f"{headroom.needed:g} vCPUs on demand, but the quota is {headroom.quota:g}. Ask for more: "
            f"Service Quotas, AWS Fargate, Fargate On-Demand vCPU resource count ({QUOTA_CODE})."
        )


def _ignore_changes(record: Record, now: datetime) -> Iterator[str]:
    if record.undone_at is None or now - record.undone_at > UNDONE_LATELY:
        return
    ignored, which = "desired_count", "the service and its standby"
    if record.policy.mode is Mode.SWITCH:
        ignored, which = "capacity_provider_strategy, desired_count", "the service"
    yield (
        f"A failover was undone by someone else at {record.undone_at:%Y-%m-%d %H:%M} UTC, as an apply does. "
        f"Add `lifecycle {{ ignore_changes = [{ignored}] }}` to {which} in Terraform."
    )


def _essential(definition: TaskDefinition | None) -> tuple[Container, ...]:
    return tuple(each for each in definition.containers if each.essential) if definition else ()


def _size(definition: TaskDefinition) -> str:
    return f"{definition.cpu} CPU, {definition.memory_mib} MiB, {definition.architecture}"


def _group_name(arn: str) -> str:
    """Return the name in `…:targetgroup/NAME/ID`."""
    parts = arn.split("/")
    return parts[1] if len(parts) > 1 else arn
