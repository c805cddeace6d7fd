"""What the items of the tables look like: plain maps, lists, texts and numbers, to be read in the console."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, TypeVar

from spot_failover.adapters.times import from_text, to_text
from spot_failover.domain.evidence import Evidence, EvidenceKind
from spot_failover.domain.identity import Location, ServiceId
from spot_failover.domain.record import Message, Pause, Spoke

Document: TypeAlias = Mapping[str, Any]
Read = TypeVar("Read")

FLEET = "fleet"
_SPOKE_PREFIX = "spoke::"
_STANDBY_PREFIX = "standby::"


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
        "refreshed_at": maybe(to_text, spoke.refreshed_at),
        "missing_since": maybe(to_text, spoke.missing_since),
        "rejected": dict(spoke.rejected),
        "heard_at": maybe(to_text, spoke.heard_at),
        "silent": spoke.silent,
        "last_error": spoke.last_error,
        "failures": spoke.failures,
        "retry_at": maybe(to_text, spoke.retry_at),
        "gone_at": maybe(to_text, spoke.gone_at),
        "looked_at": maybe(to_text, spoke.looked_at),
        "reported_at": maybe(to_text, spoke.reported_at),
    }
    return {name: value for name, value in item.items() if not is_empty(value)}


def to_spoke(item: Document) -> Spoke:
    """Read a spoke's item; raise KeyError or ValueError where it is not of this form."""
    return Spoke(
        location=location_of_spoke(item["id"]),
        refreshed_at=maybe(from_text, item.get("refreshed_at")),
        missing_since=maybe(from_text, item.get("missing_since")),
        rejected=item.get("rejected", {}),
        heard_at=maybe(from_text, item.get("heard_at")),
        silent=item.get("silent", False),
        last_error=item.get("last_error", ""),
        failures=item.get("failures", 0),
        retry_at=maybe(from_text, item.get("retry_at")),
        gone_at=maybe(from_text, item.get("gone_at")),
        looked_at=maybe(from_text, item.get("looked_at")),
        reported_at=maybe(from_text, item.get("reported_at")),
    )


# --- pauses ---


def from_pause(pause: Pause) -> dict[str, Any]:
    """Return an operator's pause."""
    document = {"author": pause.author, "reason": pause.reason, "until": maybe(to_text, pause.until)}
    return {name: value for name, value in document.items() if not is_empty(value)}


def to_pause(document: Document, *, fleet: bool = False) -> Pause:
    """Read a pause; raise KeyError or ValueError where it is not of this form."""
    until = maybe(from_text, document.get("until"))
    return Pause(until, document["author"], document.get("reason", ""), fleet)


# --- messages ---


def from_message(message: Message) -> dict[str, Any]:
    """Return a message as its outbox and the history keep it."""
    return {
        "id": message.id,
        "detail_type": message.detail_type,
        "time": to_text(message.time),
        "detail": dict(message.detail),
    }


def to_message(document: Document) -> Message:
    """Read a message; raise KeyError or ValueError where it is not of this form."""
    return Message(document["id"], document["detail_type"], from_text(document["time"]), document["detail"])


# --- claims ---


def claim_key(standby: ServiceId) -> str:
    """Return the id of the item that says whose standby a service is; without a parent, no index has it."""
    return f"{_STANDBY_PREFIX}{standby.key}"


def claim_attributes(owner: ServiceId) -> dict[str, Any]:
    """Return what a claim says."""
    return {"owner": owner.key}


def to_owner(item: Document) -> ServiceId:
    """Read a claim; raise KeyError or ValueError where it is not of this form."""
    return ServiceId.from_key(item["owner"])


def is_empty(value: object) -> bool:
    """Whether an attribute says nothing, and is better not there; numbers and flags always say something."""
    return value is None or value in ("", [], {})


def maybe(convert: Callable[[Any], Read], value: Any) -> Read | None:  # noqa: ANN401 - whatever is converted
    """Convert what may be absent."""
    return None if value is None else convert(value)
