"""The policy of a protected service: what `protected-service` writes to SSM, checked again here.

Terraform checks the same bounds at plan time; this side is for parameters written by hand or by a newer
module. Every duration is in seconds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, get_type_hints

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA = 1


class InvalidPolicyError(ValueError):
    """The policy cannot be used; the message says which field, what it holds and what is wanted."""


class Mode(StrEnum):
    """How a service fails over."""

    SWITCH = "switch"
    STANDBY = "standby"
    BACKFILL = "backfill"


class Scale(StrEnum):
    """How task-level thresholds follow the desired count."""

    FIXED = "fixed"
    CIRCUIT_BREAKER = "circuit_breaker"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How much evidence inside `window_seconds` makes a service fail over."""

    window_seconds: int = 300
    placement_failures: int = 1
    capacity_failures: int = 3
    interruptions: int = 5
    scale: Scale = Scale.FIXED
    waiting_seconds: int = 180
    silent_surveys: int = 3

    def task_level(self, fixed: int, desired: int) -> int:
        """Return how many task-level failures it takes at this desired count.

        `fixed` is capped so that a small service can reach it; `circuit_breaker` is the formula of ECS's
        deployment circuit breaker,
        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
        """
        half = math.ceil(desired / 2)
        match self.scale:
            case Scale.FIXED:
                return max(1, min(fixed, half))
            case Scale.CIRCUIT_BREAKER:
                return min(max(half, 3), 200)


@dataclass(frozen=True, slots=True)
class Failover:
    """How a service moves to on-demand capacity.

    on_demand_weight is for mode `switch`; healthy_percent of the standby lets Spot begin to give way. After
    timeout_seconds a failover that is not over is told of; it goes on.
    """

    on_demand_weight: int = 10
    healthy_percent: int = 50
    timeout_seconds: int = 600


@dataclass(frozen=True, slots=True)
class Restore:
    """When a service tries Spot again, and what proves that Spot holds."""

    interval_seconds: int = 60
    window_seconds: int = 600
    min_samples: int = 10
    min_success_percent: int = 80
    max_error_percent: int = 5
    canary_percent: int = 10
    backoff_seconds: int = 900
    max_backoff_seconds: int = 10800
    tries_per_day: int = 4


@dataclass(frozen=True, slots=True)
class Standby:
    """The on-demand twin of a service, in the same cluster: for the modes `standby` and `backfill`.

    reserve: how many of its tasks always run.
    """

    service_name: str = ""
    follow_task_definition: bool = True
    reserve: int = 0


@dataclass(frozen=True, slots=True)
class Surge:
    """How many tasks are asked for ahead of a loss, for every task that is given notice; 0: none."""

    tasks_per_interruption: int = 0
    max_tasks: int = 10


@dataclass(frozen=True, slots=True)
class Policy:
    """What the owners of one service asked for."""

    mode: Mode = Mode.SWITCH
    dry_run: bool = False
    owner: str = ""
    thresholds: Thresholds = field(default_factory=Thresholds)
    failover: Failover = field(default_factory=Failover)
    restore: Restore = field(default_factory=Restore)
    standby: Standby = field(default_factory=Standby)
    surge: Surge = field(default_factory=Surge)


BOUNDS: Mapping[str, tuple[int, int]] = {
    "thresholds.window_seconds": (10, 3600),
    "thresholds.placement_failures": (1, 1000),
    "thresholds.capacity_failures": (1, 1000),
    "thresholds.interruptions": (1, 1000),
    "thresholds.waiting_seconds": (5, 3600),
    "thresholds.silent_surveys": (1, 60),
    "failover.on_demand_weight": (1, 1000),
    "failover.healthy_percent": (1, 100),
    "failover.timeout_seconds": (10, 86400),
    "restore.interval_seconds": (1, 3600),
    "restore.window_seconds": (5, 7200),
    "restore.min_samples": (1, 1000),
    "restore.min_success_percent": (1, 100),
    "restore.max_error_percent": (0, 100),
    "restore.canary_percent": (1, 100),
    "restore.backoff_seconds": (5, 86400),
    "restore.max_backoff_seconds": (5, 604800),
    "restore.tries_per_day": (1, 100),
    "standby.reserve": (0, 1000),
    "surge.tasks_per_interruption": (0, 10),
    "surge.max_tasks": (1, 1000),
}
TEXT_MAX_LENGTH = 256
SHOWN_LENGTH = 60

# Worked out once for each class: every stored record is read with them.
_types_of = cache(get_type_hints)


def parse_policy(document: object) -> Policy:
    """Read a policy document of schema 1; raise InvalidPolicyError naming the field that is wrong.

    Unknown fields are refused: a misspelt threshold must not silently become the default.
    """
    if not isinstance(document, dict):
        raise InvalidPolicyError(f"The policy must be a JSON object, but it is {_shown(document)}.")
    schema = document.get("schema")
    if schema != SCHEMA or isinstance(schema, bool):
        raise InvalidPolicyError(
            f"The policy has schema {_shown(schema)}, but this hub reads schema {SCHEMA}. "
            "Upgrade the hub before the protected-service module."
        )
    body = {key: value for key, value in document.items() if key != "schema"}
    if "mode" not in body:
        raise InvalidPolicyError(f"The policy names no mode. Wanted: {_choices(Mode)}.")
    policy: Policy = _read(Policy, body, "")
    if policy.restore.max_backoff_seconds < policy.restore.backoff_seconds:
        raise InvalidPolicyError(
            f"restore.max_backoff_seconds is {policy.restore.max_backoff_seconds}, which is less than "
            f"restore.backoff_seconds ({policy.restore.backoff_seconds}). Wanted: at least as much."
        )
    has_standby = bool(policy.standby.service_name)
    if policy.mode is Mode.SWITCH and has_standby:
        raise InvalidPolicyError(
            f'Mode "switch" has no standby, but standby.service_name is "{policy.standby.service_name}". '
            'Leave it out, or use mode "standby" or "backfill".'
        )
    if policy.mode is not Mode.SWITCH and not has_standby:
        raise InvalidPolicyError(
            f'Mode "{policy.mode}" needs standby.service_name: the on-demand service of the same cluster.'
        )
    return policy


def stored_policy(document: Mapping[str, Any]) -> Policy:
    """Read a policy that was valid when it was stored.

    Bounds that were tightened since then, and fields that are no more, must not make a record unreadable.
    """
    policy: Policy = _stored(Policy, document)
    return policy


def _stored(cls: type, document: Mapping[str, Any]) -> Any:  # noqa: ANN401 - the class given says what comes back
    types = _types_of(cls)
    return cls(
        **{
            name: _stored(types[name], value)
            if hasattr(types[name], "__dataclass_fields__")
            else types[name](value)
            for name, value in document.items()
            if name in types
        }
    )


def policy_document(policy: Policy) -> dict[str, Any]:
    """Return the document that `parse_policy` reads back to the same policy."""
    return {"schema": SCHEMA, **_document(policy)}


def _document(section: object) -> dict[str, Any]:
    return {
        item.name: _document(value)
        if hasattr(value := getattr(section, item.name), "__dataclass_fields__")
        else value
        for item in fields(section)  # type: ignore[arg-type]
    }


def _read(cls: type, body: object, path: str) -> Any:  # noqa: ANN401 - the class given says what comes back
    if not isinstance(body, dict):
        raise InvalidPolicyError(f"{path} must be a JSON object, but it is {_shown(body)}.")
    types = _types_of(cls)
    if unknown := sorted(set(body) - set(types)):
        where = f"{path} has" if path else "The policy has"
        raise InvalidPolicyError(
            f"{where} unknown fields: {', '.join(unknown)}. Known: {', '.join(sorted(types))}."
        )
    prefix = f"{path}." if path else ""
    return cls(**{name: _value(types[name], value, f"{prefix}{name}") for name, value in body.items()})


def _value(wanted: type, value: object, path: str) -> object:
    if hasattr(wanted, "__dataclass_fields__"):
        return _read(wanted, value, path)
    if issubclass(wanted, StrEnum):
        if not isinstance(value, str) or value not in set(wanted):
            raise InvalidPolicyError(f"{path} is {_shown(value)}. Wanted: {_choices(wanted)}.")
        return wanted(value)
    if wanted is bool:
        if not isinstance(value, bool):
            raise InvalidPolicyError(f"{path} is {_shown(value)}. Wanted: true or false.")
        return value
    if wanted is str:
        if not isinstance(value, str) or len(value) > TEXT_MAX_LENGTH:
            raise InvalidPolicyError(f"{path} must be text of at most {TEXT_MAX_LENGTH} characters.")
        return value
    low, high = BOUNDS[path]
    # JSON numbers come back from DynamoDB as Decimal; a whole one is as good as an int.
    if not isinstance(value, int | float | Decimal) or isinstance(value, bool):
        raise InvalidPolicyError(f"{path} is {_shown(value)}. Wanted: a whole number from {low} to {high}.")
    if not math.isfinite(value) or value != int(value) or not low <= value <= high:
        raise InvalidPolicyError(f"{path} is {_shown(value)}. Wanted: a whole number from {low} to {high}.")
    return int(value)


def _choices(values: type[StrEnum]) -> str:
    return " or ".join(f'"{value}"' for value in values)


def _shown(value: object) -> str:
    text = repr(value) if not isinstance(value, str) else f'"{value}"'
    return text if len(text) <= SHOWN_LENGTH else f"{text[: SHOWN_LENGTH - 3]}..."
