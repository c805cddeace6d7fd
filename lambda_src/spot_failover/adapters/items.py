"""What the items of the tables look like: plain maps, lists, texts and numbers, to be read in the console.

`config` is the service's original, `event` the evidence behind the failover, `scheduled` whether a restore is
due.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, TypeVar

from spot_failover.adapters.times import from_text, to_text
from spot_failover.domain.capacity import Rolling, Strategy, StrategyItem
from spot_failover.domain.evidence import Evidence, EvidenceKind
from spot_failover.domain.identity import Location, ServiceId
from spot_failover.domain.policy import parse_policy, policy_document
from spot_failover.domain.record import (
    Applied,
    Hold,
    HoldKind,
    Message,
    Operation,
    Original,
    Phase,
    Record,
    Spoke,
)
from spot_failover.domain.registration import Registration

Document: TypeAlias = Mapping[str, Any]
Read = TypeVar("Read")

FLEET = "fleet"
_SPOKE_PREFIX = "spoke::"


# --- services ---


def registration_attributes(registration: Registration) -> dict[str, Any]:
    """Return what a registration writes."""
    return {
        "parent": registration.service.location.key,
        "policy": policy_document(registration.policy),
        "operation": registration.operation.value,
    }


def pass_attributes(record: Record) -> dict[str, Any]:
    """Return what a pass writes; None and empty values are not kept."""
    return {
        "phase": record.phase.value,
        "reason": record.reason,
        "since": to_text(record.since),
        "scheduled": record.scheduled,
        "attempt": record.attempt,
        "version": record.version,
        "hold": _maybe(_from_hold, record.hold),
        "config": _maybe(_from_original, record.config),
        "event": _maybe(from_evidence, record.event),
        "not_before": _maybe(to_text, record.not_before),
        "restored_at": _maybe(to_text, record.restored_at),
        "put_back": _maybe(_from_rolling, record.put_back),
        "applied": _maybe(_from_applied, record.applied),
        "service_created_at": _maybe(to_text, record.service_created_at),
        "passed_at": _maybe(to_text, record.passed_at),
        "last_error": record.last_error,
        "retry_at": _maybe(to_text, record.retry_at),
        "outbox": [_from_message(message) for message in record.outbox],
    }


def to_record(item: Document) -> Record:
    """Read a service's item; raise KeyError or ValueError where it is not of this form."""
    return Record(
        id=ServiceId.from_key(item["id"]),
        policy=parse_policy(item["policy"]),
        operation=Operation(item["operation"]),
        leaving=_maybe(from_text, item.get("leaving")),
        missing_since=_maybe(from_text, item.get("missing_since")),
        phase=Phase(item["phase"]),
        reason=item.get("reason", ""),
        since=from_text(item["since"]),
        hold=_maybe(_to_hold, item.get("hold")),
        config=_maybe(_to_original, item.get("config")),
        event=_maybe(to_evidence, item.get("event")),
        not_before=_maybe(from_text, item.get("not_before")),
        attempt=item.get("attempt", 0),
        restored_at=_maybe(from_text, item.get("restored_at")),
        put_back=_maybe(_to_rolling, item.get("put_back")),
        applied=_maybe(_to_applied, item.get("applied")),
        service_created_at=_maybe(from_text, item.get("service_created_at")),
        passed_at=_maybe(from_text, item.get("passed_at")),
        last_error=item.get("last_error", ""),
        retry_at=_maybe(from_text, item.get("retry_at")),
        outbox=tuple(_to_message(message) for message in item.get("outbox", ())),
        version=item["version"],
    )


def _from_strategy(strategy: Strategy) -> list[dict[str, Any]]:
    return [
        {"capacity_provider": item.capacity_provider, "weight": item.weight, "base": item.base}
        for item in strategy.items
    ]


def _to_strategy(items: list[Document]) -> Strategy:
    return Strategy(tuple(StrategyItem(**item) for item in items))


def _from_rolling(rolling: Rolling) -> dict[str, Any]:
    return {
        "minimum_healthy_percent": rolling.minimum_healthy_percent,
        "maximum_percent": rolling.maximum_percent,
    }


def _to_rolling(document: Document) -> Rolling:
    return Rolling(document["minimum_healthy_percent"], document["maximum_percent"])


def _from_original(original: Original) -> dict[str, Any]:
    return {
        "capacity_provider_strategy": _from_strategy(original.strategy),
        "on_demand_capacity_provider_strategy": _from_strategy(original.on_demand),
        "desired_count": original.desired,
        **_from_rolling(original.rolling),
    }


def _to_original(document: Document) -> Original:
    return Original(
        strategy=_to_strategy(document["capacity_provider_strategy"]),
        on_demand=_to_strategy(document["on_demand_capacity_provider_strategy"]),
        desired=document["desired_count"],
        rolling=_to_rolling(document),
    )


def _from_hold(hold: Hold) -> dict[str, Any]:
    return {"kind": hold.kind.value, "reason": hold.reason, "phase": hold.phase.value}


def _to_hold(document: Document) -> Hold:
    return Hold(HoldKind(document["kind"]), document["reason"], Phase(document["phase"]))


def _from_applied(applied: Applied) -> dict[str, Any]:
    return {
        "change": applied.change,
        "at": to_text(applied.at),
        "replaces": applied.replaces,
        "deployment": applied.deployment,
        "task_definition": applied.task_definition,
        "tries": applied.tries,
    }


def _to_applied(document: Document) -> Applied:
    return Applied(**{**document, "at": from_text(document["at"])})


def _from_message(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "detail_type": message.detail_type,
        "time": to_text(message.time),
        "detail": message.detail,
    }


def _to_message(document: Document) -> Message:
    return Message(**{**document, "time": from_text(document["time"])})


# --- evidence ---


def from_evidence(evidence: Evidence) -> dict[str, Any]:
    """Return one event's attributes; a task is named only where the event is about one."""
    document = {
        "kind": evidence.kind.value,
        "time": to_text(evidence.time),
        "event_id": evidence.event_id,
        "reason": evidence.reason,
        "lacks_capacity": evidence.lacks_capacity,
        "stopped": evidence.stopped,
        "drill": evidence.drill,
    }
    return document if evidence.subject == evidence.event_id else {**document, "task_arn": evidence.subject}


def to_evidence(document: Document) -> Evidence:
    """Read one event; raise KeyError or ValueError where it is not of this form."""
    return Evidence(
        kind=EvidenceKind(document["kind"]),
        time=from_text(document["time"]),
        event_id=document["event_id"],
        subject=document.get("task_arn", document["event_id"]),
        reason=document["reason"],
        lacks_capacity=document["lacks_capacity"],
        stopped=document["stopped"],
        drill=document["drill"],
    )


# --- spokes ---


def spoke_key(location: Location) -> str:
    """Return the id of a spoke's item."""
    return f"{_SPOKE_PREFIX}{location.key}"


def location_of_spoke(key: str) -> Location:
    """Read the id of a spoke's item back."""
    return Location.from_key(key.removeprefix(_SPOKE_PREFIX))


def from_spoke(spoke: Spoke) -> dict[str, Any]:
    """Return a spoke's item."""
    item = {
        "id": spoke_key(spoke.location),
        "parent": FLEET,
        "refreshed_at": _maybe(to_text, spoke.refreshed_at),
        "missing_since": _maybe(to_text, spoke.missing_since),
        "rejected": dict(spoke.rejected),
        "heard_at": _maybe(to_text, spoke.heard_at),
        "silent": spoke.silent,
        "last_error": spoke.last_error,
        "failures": spoke.failures,
        "retry_at": _maybe(to_text, spoke.retry_at),
    }
    return {name: value for name, value in item.items() if not is_empty(value)}


def to_spoke(item: Document) -> Spoke:
    """Read a spoke's item; raise KeyError or ValueError where it is not of this form."""
    return Spoke(
        location=location_of_spoke(item["id"]),
        refreshed_at=_maybe(from_text, item.get("refreshed_at")),
        missing_since=_maybe(from_text, item.get("missing_since")),
        rejected=item.get("rejected", {}),
        heard_at=_maybe(from_text, item.get("heard_at")),
        silent=item.get("silent", False),
        last_error=item.get("last_error", ""),
        failures=item.get("failures", 0),
        retry_at=_maybe(from_text, item.get("retry_at")),
    )


def is_empty(value: object) -> bool:
    """Whether an attribute says nothing, and is better not there; numbers and flags always say something."""
    return value is None or value in ("", [], {})


def _maybe(convert: Callable[[Any], Read], value: Any) -> Read | None:  # noqa: ANN401 - whatever is converted
    return None if value is None else convert(value)
