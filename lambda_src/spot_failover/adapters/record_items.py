"""The item of a registered service.

`config` is the service's original, `event` the evidence behind the failover, `scheduled` whether a restore is
due.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from spot_failover.adapters.items import (
    Document,
    from_evidence,
    from_message,
    maybe,
    to_evidence,
    to_message,
    to_pause,
)
from spot_failover.adapters.times import from_text, to_text
from spot_failover.domain.capacity import Rolling, Strategy, StrategyItem
from spot_failover.domain.identity import ServiceId
from spot_failover.domain.policy import SCHEMA, Mode, Policy, policy_document, stored_policy
from spot_failover.domain.readiness import Check, Finding
from spot_failover.domain.record import (
    Applied,
    Held,
    Hold,
    HoldKind,
    Message,
    Operation,
    Original,
    Phase,
    Record,
)
from spot_failover.domain.registration import Registration
from spot_failover.domain.scaling import Suspended


def registration_attributes(registration: Registration) -> dict[str, Any]:
    """Return what a registration writes."""
    return {
        "parent": registration.service.location.key,
        "policy": policy_document(registration.policy),
        "operation": registration.operation.value,
    }


def readiness_attributes(findings: Iterable[Finding], now: datetime) -> dict[str, Any]:
    """Return what a readiness check writes."""
    return {
        "findings": [{"check": each.check.value, "sentence": each.sentence} for each in findings],
        "checked_at": to_text(now),
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
        "hold": maybe(_from_hold, record.hold),
        "config": maybe(_from_original, record.config),
        "event": maybe(from_evidence, record.event),
        "not_before": maybe(to_text, record.not_before),
        "restored_at": maybe(to_text, record.restored_at),
        "put_back": maybe(_from_rolling, record.put_back),
        "restores": [to_text(time) for time in record.restores],
        "failovers": [to_text(time) for time in record.failovers],
        "errors_at": maybe(to_text, record.errors_at),
        "demand": record.demand,
        "held": maybe(_from_held, record.held),
        "scaling": maybe(_from_suspended, record.scaling),
        "claimed": record.claimed,
        "falls": [to_text(time) for time in record.falls],
        "fallen": record.fallen or None,
        "told": sorted(record.told),
        "undone_at": maybe(to_text, record.undone_at),
        "applied": maybe(_from_applied, record.applied),
        "service_created_at": maybe(to_text, record.service_created_at),
        "passed_at": maybe(to_text, record.passed_at),
        "last_error": record.last_error,
        "retry_at": maybe(to_text, record.retry_at),
        "outbox": [_from_message(message) for message in record.outbox],
    }


def to_record(item: Document) -> Record:
    """Read a service's item; raise KeyError or ValueError where it is not of this form."""
    return Record(
        id=ServiceId.from_key(item["id"]),
        policy=_to_policy(item["policy"]),
        operation=Operation(item["operation"]),
        leaving=maybe(from_text, item.get("leaving")),
        missing_since=maybe(from_text, item.get("missing_since")),
        phase=Phase(item["phase"]),
        reason=item.get("reason", ""),
        since=from_text(item["since"]),
        hold=maybe(_to_hold, item.get("hold")),
        config=maybe(_to_original, item.get("config")),
        event=maybe(to_evidence, item.get("event")),
        not_before=maybe(from_text, item.get("not_before")),
        attempt=item.get("attempt", 0),
        restored_at=maybe(from_text, item.get("restored_at")),
        put_back=maybe(_to_rolling, item.get("put_back")),
        restores=tuple(from_text(time) for time in item.get("restores", ())),
        failovers=tuple(from_text(time) for time in item.get("failovers", ())),
        errors_at=maybe(from_text, item.get("errors_at")),
        demand=item.get("demand"),
        held=maybe(_to_held, item.get("held")),
        scaling=maybe(_to_suspended, item.get("scaling")),
        claimed=item.get("claimed", ""),
        falls=tuple(from_text(time) for time in item.get("falls", ())),
        fallen=item.get("fallen", False),
        told=frozenset(item.get("told", ())),
        undone_at=maybe(from_text, item.get("undone_at")),
        applied=maybe(_to_applied, item.get("applied")),
        service_created_at=maybe(from_text, item.get("service_created_at")),
        passed_at=maybe(from_text, item.get("passed_at")),
        last_error=item.get("last_error", ""),
        retry_at=maybe(from_text, item.get("retry_at")),
        outbox=tuple(_to_message(message) for message in item.get("outbox", ())),
        paused=maybe(to_pause, item.get("paused")),
        findings=_to_findings(item.get("findings", ())),
        checked_at=maybe(from_text, item.get("checked_at")),
        version=item["version"],
    )


def _to_findings(documents: Iterable[Document]) -> tuple[Finding, ...]:
    """Read findings; what only a newer hub knows, or writes otherwise, is left out: no pass needs it."""
    known = set(Check)
    return tuple(
        Finding(Check(each["check"]), each["sentence"])
        for each in documents
        if each.get("check") in known and "sentence" in each
    )


def _to_policy(document: Document) -> Policy:
    if document.get("schema") != SCHEMA:
        raise ValueError(f"its policy has schema {document.get('schema')!r}, but this hub reads {SCHEMA}")
    return stored_policy(document)


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
        "mode": original.mode.value,
        "standby": original.standby,
    }


def _to_original(document: Document) -> Original:
    return Original(
        strategy=_to_strategy(document["capacity_provider_strategy"]),
        on_demand=_to_strategy(document["on_demand_capacity_provider_strategy"]),
        desired=document["desired_count"],
        rolling=_to_rolling(document),
        # Failovers that began before there were other modes say nothing of theirs.
        mode=Mode(document.get("mode", Mode.SWITCH)),
        standby=document.get("standby", ""),
    )


def _from_hold(hold: Hold) -> dict[str, Any]:
    return {"kind": hold.kind.value, "reason": hold.reason, "phase": hold.phase.value}


def _to_hold(document: Document) -> Hold:
    return Hold(HoldKind(document["kind"]), document["reason"], Phase(document["phase"]))


def _from_held(held: Held) -> dict[str, Any]:
    return {
        "spot": held.spot,
        "standby": held.standby,
        "at": to_text(held.at),
        "confirmed": held.confirmed,
        "spot_at": maybe(to_text, held.spot_at),
    }


def _to_held(document: Document) -> Held:
    spot_at = maybe(from_text, document.get("spot_at"))
    return Held(**{**document, "at": from_text(document["at"]), "spot_at": spot_at})


def _from_suspended(suspended: Suspended) -> dict[str, Any]:
    return {
        "dynamic_scaling_in_suspended": suspended.scale_in,
        "dynamic_scaling_out_suspended": suspended.scale_out,
        "scheduled_scaling_suspended": suspended.scheduled,
    }


def _to_suspended(document: Document) -> Suspended:
    return Suspended(
        scale_in=document["dynamic_scaling_in_suspended"],
        scale_out=document["dynamic_scaling_out_suspended"],
        scheduled=document["scheduled_scaling_suspended"],
    )


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
        **from_message(message),
        **({"delivered": sorted(message.delivered)} if message.delivered else {}),
    }


def _to_message(document: Document) -> Message:
    return replace(to_message(document), delivered=frozenset(document.get("delivered", ())))
