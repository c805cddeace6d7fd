"""Target groups of ECS services.

AWS: ECS takes only target groups that a load balancer sends requests to. It registers a service's tasks with
them by private IP until they have drained; DescribeTargetHealth tells what their health checks found. (ECS
developer guide, "Use load balancing to distribute Amazon ECS service traffic"; Elastic Load Balancing API
reference, DescribeTargetHealth.)
ministack: has load balancers, listeners and target groups, which stay in use. A group that only a rule of a
listener names has no load balancer there. It takes any target group for a service, knows nothing of the
world's tasks, and calls every target healthy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from xml.sax.saxutils import escape

from simulator.sandbox.parts import Parts
from simulator.sandbox.seams import Seam
from simulator.sandbox.world_clock import WorldClock
from simulator.world import EcsError, ServiceKey
from simulator.world.target_health import TARGET_GROUP_NOT_FOUND

ACTIONS = Seam("services.alb", "_ACTION_MAP")
GROUPS = Seam("services.alb", "_tgs")
RULES = Seam("services.alb", "_rules")
ATTRIBUTES = Seam("services.alb", "_tg_attrs")
PARAMETER = Seam("services.alb", "_p", ("params", "key", "default"))
TARGETS = Seam("services.alb", "_parse_targets_param", ("params", "prefix"))
XML = Seam("services.alb", "_xml", ("status", "action", "inner"))
ERROR = Seam("services.alb", "_error", ("code", "message", "status"))
SEAMS = (ACTIONS, GROUPS, RULES, ATTRIBUTES, PARAMETER, TARGETS, XML, ERROR)

DELAY = "deregistration_delay.timeout_seconds"


def install(parts: Parts, clock: WorldClock) -> None:
    """Answer DescribeTargetHealth from the world."""
    balancing = parts.emulator.balancing

    def describe_target_health(params: Any) -> Any:
        group = str(balancing._p(params, "TargetGroupArn"))
        error = ""
        try:
            found = _targets(parts, clock, group, balancing._parse_targets_param(params))
            listed = "".join(f"<member>{_xml(target)}</member>" for target in found)
            inner = f"<TargetHealthDescriptions>{listed}</TargetHealthDescriptions>"
            return balancing._xml(HTTPStatus.OK, "DescribeTargetHealth", inner)
        except EcsError as refused:
            error = refused.code
            return balancing._error(refused.code, refused.message)
        finally:
            request = {"TargetGroupArn": group}
            parts.record_call("elasticloadbalancing", "DescribeTargetHealth", ("", ""), request, error)

    balancing._ACTION_MAP["DescribeTargetHealth"] = describe_target_health


def prepare(parts: Parts, clock: WorldClock, key: ServiceKey, request: Mapping[str, Any]) -> None:
    """Check a service's target groups, and tell the world how long they take; raises `EcsError`."""
    groups = [_group(parts, balancer) for balancer in request.get("loadBalancers") or []]
    if not groups:
        return
    delay = max(_deregistration_delay(parts, str(group["TargetGroupArn"])) for group in groups)
    # A new target needs to pass one health check only, on average half an interval after its registration.
    health = max(group["HealthCheckIntervalSeconds"] for group in groups) / 2
    with clock.using() as world:
        known = world.behaviours.of(key)
        world.behaviours.set(key, replace(known, deregistration_delay=delay, health_seconds=health))


def _group(parts: Parts, balancer: Mapping[str, Any]) -> Mapping[str, Any]:
    arn = str(balancer.get("targetGroupArn") or "")
    group = parts.emulator.balancing._tgs.get(arn)
    if group is None:
        raise EcsError("InvalidParameterException", f"The target group {arn or 'without an ARN'} is unknown.")
    if not group["LoadBalancerArns"] and not _has_rule(parts, arn):
        raise EcsError(
            "InvalidParameterException",
            f"The target group with targetGroupArn {arn} does not have an associated load balancer.",
        )
    found: Mapping[str, Any] = group
    return found


def _has_rule(parts: Parts, group: str) -> bool:
    """Whether a rule of a listener sends requests to the group; the emulator looks at listeners alone."""
    actions = (action for rule in parts.emulator.balancing._rules.values() for action in rule["Actions"])
    return any(group in str(action) for action in actions)


def _deregistration_delay(parts: Parts, group: str) -> float:
    attributes = parts.emulator.balancing._tg_attrs.get(group) or []
    return float({each["Key"]: each["Value"] for each in attributes}.get(DELAY, 300))


def _targets(
    parts: Parts, clock: WorldClock, group: str, asked: list[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    if group not in parts.emulator.balancing._tgs:
        raise EcsError(TARGET_GROUP_NOT_FOUND, "One or more target groups not found")
    request: dict[str, Any] = {"TargetGroupArn": group, **({"Targets": asked} if asked else {})}
    with clock.using() as world:
        try:
            api = world.api(*parts.emulator.here())
            found: list[Mapping[str, Any]] = api.describe_target_health(request)["TargetHealthDescriptions"]
        except EcsError as error:
            if error.code != TARGET_GROUP_NOT_FOUND:
                raise
            return []  # the world knows a group by the services that name it
        return found


def _xml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "".join(_members(value))
    return escape(str(value))


def _members(value: Mapping[str, Any]) -> Iterator[str]:
    for name, member in value.items():
        yield f"<{name}>{_xml(member)}</{name}>"
