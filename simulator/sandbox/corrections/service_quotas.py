"""Service Quotas: as much of it as is asked for here, Fargate's vCPUs on demand.

AWS: GetServiceQuota tells the value in force of a quota, and is checked against the quota's ARN; it answers
NoSuchResourceException for one that it does not know. (Service Quotas API reference, GetServiceQuota; Service
Authorization Reference, "AWS Service Quotas".)
ministack: has no such service. The world's own quota counts tasks, and is told as if each had one vCPU.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from simulator.sandbox.corrections.application_autoscaling import (
    HANDLERS,
    JSON_ERROR,
    JSON_RESPONSE,
    NAMESPACES,
    PATTERNS,
)
from simulator.sandbox.evaluation import ContextValue
from simulator.sandbox.parts import Parts
from simulator.sandbox.world_clock import WorldClock

SEAMS = (HANDLERS, PATTERNS, NAMESPACES, JSON_RESPONSE, JSON_ERROR)

SERVICE: Final = "servicequotas"
TARGET_PREFIX: Final = "ServiceQuotasV20190624"
ON_DEMAND: Final = ("fargate", "L-3032A538")

Request = Mapping[str, Any]


def install(parts: Parts, clock: WorldClock) -> None:
    """Make the service known to ministack, which then authenticates and authorises its requests."""

    async def handle(_method: str, _path: str, headers: Any, body: bytes, _query: Any) -> Any:
        action = headers.get("x-amz-target", "").rsplit(".", 1)[-1]
        return _answer(parts, clock, action, json.loads(body or b"{}"))

    HANDLERS.original()[SERVICE] = handle
    PATTERNS.original()[SERVICE] = {"target_prefixes": [TARGET_PREFIX], "credential_scope": SERVICE}
    NAMESPACES.original()[SERVICE] = SERVICE


def facts(
    action: str, request: Request, account: str, region: str
) -> tuple[tuple[str, ...], dict[str, ContextValue]]:
    """Return the ARN a call is checked against and its condition keys."""
    if action != "GetServiceQuota":
        return ("*",), {}
    service, quota = _named(request)
    arn = f"arn:aws:servicequotas:{region}:{account}:{service}/{quota}"
    return (arn,), {"servicequotas:service": service}


def _answer(parts: Parts, clock: WorldClock, action: str, request: Request) -> Any:
    account, region = parts.emulator.here()
    known = action == "GetServiceQuota" and _named(request) == ON_DEMAND
    parts.record_call(SERVICE, action, ("", ""), request, "" if known else "NoSuchResourceException")
    if not known:
        return JSON_ERROR.original()(
            "NoSuchResourceException",
            "The sandbox knows one quota only: Fargate's vCPUs on demand.",
            HTTPStatus.BAD_REQUEST,
        )
    with clock.using() as world:
        tasks = world.weather.on_demand_quota(account, region)
    service, quota = ON_DEMAND
    shown = {
        "ServiceCode": service,
        "QuotaCode": quota,
        "QuotaName": "Fargate On-Demand vCPU resource count",
        "Value": float(tasks),
        "Adjustable": True,
        "GlobalQuota": False,
    }
    return JSON_RESPONSE.original()({"Quota": shown})


def _named(request: Request) -> tuple[str, str]:
    return str(request.get("ServiceCode")), str(request.get("QuotaCode"))
