"""How tests hand an event to the parser: a minute after it happened, unless they say when."""

from datetime import UTC, datetime, timedelta
from typing import Any

from spot_failover.events.model import EvidenceSignal, Ignored, Signal
from spot_failover.events.parser import parse

HUB_ACCOUNT = "999900001111"


def time_of(event: dict[str, Any]) -> datetime:
    """Return the event's time."""
    return datetime.fromisoformat(event["time"])


def read(event: dict[str, Any], *, drills: bool = False, now: datetime | None = None) -> Signal:
    """Parse an event."""
    if now is None:
        now = time_of(event) + timedelta(minutes=1) if "time" in event else datetime(2026, 3, 2, tzinfo=UTC)
    return parse(event, drills=drills, hub_account=HUB_ACCOUNT, now=now)


def evidence_of(
    event: dict[str, Any], *, drills: bool = False, now: datetime | None = None
) -> EvidenceSignal:
    """Parse an event that must be evidence."""
    signal = read(event, drills=drills, now=now)
    assert isinstance(signal, EvidenceSignal), signal
    return signal


def why_ignored(event: dict[str, Any], *, drills: bool = False, now: datetime | None = None) -> str:
    """Parse an event that must be ignored."""
    signal = read(event, drills=drills, now=now)
    assert isinstance(signal, Ignored), signal
    return signal.reason
