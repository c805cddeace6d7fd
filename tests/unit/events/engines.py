"""Two implementations of EventBridge's matching, that a pattern must mean the same to."""

import json
from collections.abc import Callable
from typing import Any, TypeAlias

from ministack.services import eventbridge
from moto.events.models import EventPattern

Engine: TypeAlias = Callable[[str, dict[str, Any]], bool]


def matches_in_ministack(pattern: str, event: dict[str, Any]) -> bool:
    """Whether ministack, which the sandbox runs on, would invoke the rule's target."""
    entry = {
        "Version": event.get("version", "0"),
        "EventId": event.get("id", ""),
        "Source": event["source"],
        "DetailType": event["detail-type"],
        "Account": event.get("account", ""),
        "Region": event.get("region", ""),
        "Time": event.get("time", ""),
        "Resources": event.get("resources", []),
        "Detail": json.dumps(event["detail"]),
    }
    return bool(eventbridge._matches_pattern(pattern, entry))


def matches_in_moto(pattern: str, event: dict[str, Any]) -> bool:
    """Whether moto, written by others, would."""
    return EventPattern(pattern, json.loads(pattern)).matches_event(event)  # type: ignore[arg-type]


ENGINES: dict[str, Engine] = {"ministack": matches_in_ministack, "moto": matches_in_moto}


def refusal(pattern: str) -> str | None:
    """Return why PutRule would refuse the pattern, or None."""
    _, reason = eventbridge._parse_pattern_text(pattern)
    return None if reason is None else str(reason)


def matching(patterns: dict[str, str], event: dict[str, Any], engine: Engine) -> set[str]:
    """Return which of the named patterns match."""
    return {name for name, pattern in patterns.items() if engine(pattern, event)}
