"""Application Auto Scaling.

AWS: keeps scalable targets with their limits, policies and scheduled actions, and changes a service's desired
count within the limits. Who registers a target also needs the permissions by which it is then scaled, and
gets a ValidationException that names what is missing. (Application Auto Scaling user guide, "Permissions
validation for Application Auto Scaling API calls on target resources"; ECS developer guide, "IAM permissions
required for Amazon ECS service auto scaling". With which request AWS tests for them on ECS, it does not say.)
ministack: has no such service. The world has one, which this puts on the wire.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

from simulator.sandbox.corrections.ecs_api import wire
from simulator.sandbox.corrections.requests import caller_lacks
from simulator.sandbox.parts import Parts
from simulator.sandbox.seams import Seam
from simulator.sandbox.world_clock import WorldClock
from simulator.world import EcsError

HANDLERS = Seam("app", "SERVICE_HANDLERS")
PATTERNS = Seam("core.router", "SERVICE_PATTERNS")
NAMESPACES = Seam("core.iam_actions", "SERVICE_TO_IAM_NAMESPACE")
JSON_RESPONSE = Seam("core.responses", "json_response", ("data", "status", "content_type"))
JSON_ERROR = Seam(
    "core.responses",
    "error_response_json",
    ("code", "message", "status", "extra", "message_key", "content_type"),
)
SEAMS = (HANDLERS, PATTERNS, NAMESPACES, JSON_RESPONSE, JSON_ERROR)

SERVICE: Final = "application-autoscaling"
TARGET_PREFIX: Final = "AnyScaleFrontendService"
# The permissions by which Application Auto Scaling finds a service's desired count and changes it.
TO_SCALE: Final = ("ecs:DescribeServices", "ecs:UpdateService")
MOMENTS: Final = ("StartTime", "EndTime")

Request = Mapping[str, Any]


def install(parts: Parts, clock: WorldClock) -> None:
    """Make the service known to ministack, which then authenticates and authorises its requests."""

    async def handle(_method: str, _path: str, headers: Any, body: bytes, _query: Any) -> Any:
        action = headers.get("x-amz-target", "").rsplit(".", 1)[-1]
        return await asyncio.to_thread(_answer, parts, clock, action, json.loads(body or b"{}"))

    HANDLERS.original()[SERVICE] = handle
    PATTERNS.original()[SERVICE] = {"target_prefixes": [TARGET_PREFIX], "credential_scope": SERVICE}
    NAMESPACES.original()[SERVICE] = SERVICE


def target_arn(clock: WorldClock, request: Request, account: str, region: str) -> str | None:
    """Return the ARN of the scalable target that a request names, if it is registered."""
    wanted = {"ServiceNamespace": request.get("ServiceNamespace"), "ResourceIds": [request.get("ResourceId")]}
    try:
        with clock.using() as world:
            found = world.scaling(account, region).call("DescribeScalableTargets", wanted)["ScalableTargets"]
    except EcsError:
        return None
    return str(found[0]["ScalableTargetARN"]) if found else None


def _answer(parts: Parts, clock: WorldClock, action: str, request: Request) -> Any:
    """Answer a request, made with the credentials of the account and region that are pinned."""
    error = ""
    try:
        if action == "RegisterScalableTarget":
            _check_permissions(parts, request)
        with clock.using() as world:
            response = world.scaling(*parts.emulator.here()).call(action, _read(request))
        return JSON_RESPONSE.original()(wire(response))
    except EcsError as refused:
        error = refused.code
        return JSON_ERROR.original()(
            refused.code, refused.message, HTTPStatus.BAD_REQUEST, message_key="Message"
        )
    finally:
        parts.record_call(SERVICE, action, _names(request), request, error)


def _read(request: Request) -> dict[str, Any]:
    """Return a request as the world takes it: moments as datetimes."""
    moments = {
        name: datetime.fromtimestamp(request[name], UTC)
        for name in MOMENTS
        if isinstance(request.get(name), int | float)
    }
    return {**request, **moments}


def _check_permissions(parts: Parts, request: Request) -> None:
    cluster, service = _names(request)
    account, region = parts.emulator.here()
    prefix = f"arn:aws:ecs:{region}:{account}:"
    context = {"ecs:cluster": f"{prefix}cluster/{cluster}"}
    for action in TO_SCALE:
        lacking = caller_lacks(parts, action, f"{prefix}service/{cluster}/{service}", context)
        if lacking is not None:
            raise EcsError("ValidationException", lacking)


def _names(request: Request) -> tuple[str, str]:
    """Return the cluster and the service of a resource id, such as service/shop/api."""
    ids = request.get("ResourceIds") or [request.get("ResourceId") or ""]
    _, _, name = str(ids[0]).partition("/")
    cluster, _, service = name.partition("/")
    return cluster, service
