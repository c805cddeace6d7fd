"""PutEvents.

AWS: an entry may name a bus of another account in the same region; that bus's policy has to admit the caller,
and the event keeps the caller's account. An entry's `Time` is the event's time. (EventBridge API reference,
PutEvents.)
ministack: refuses buses of other accounts, checks no bus policy and stamps its own time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from simulator.sandbox.arns import account_of, region_of, resource_of
from simulator.sandbox.corrections.bus_policies import policy_of, put_events_context
from simulator.sandbox.parts import Parts
from simulator.sandbox.records import Delivery, Outcome, utc_now
from simulator.sandbox.seams import Seam

PUT_EVENTS = Seam("services.eventbridge", "_put_events", ("data", "allow_aws_source"))
DISPATCH = Seam("services.eventbridge", "_dispatch_event", ("event", "view"))
ARCHIVE = Seam("services.eventbridge", "_archive_event", ("event", "view"))
VIEW = Seam("services.eventbridge", "_pattern_event_view", ("event",))
SEAMS = (PUT_EVENTS, DISPATCH, ARCHIVE, VIEW)

MAXIMUM_ENTRIES = 10


def install(parts: Parts) -> None:
    """Put the sandbox's PutEvents in ministack's place."""
    events = parts.emulator.events

    def put_events(data: Mapping[str, Any], allow_aws_source: bool = False) -> Any:
        entries = data.get("Entries") or []
        if not 1 <= len(entries) <= MAXIMUM_ENTRIES:
            message = (
                "1 validation error detected: Value at 'entries' failed to satisfy constraint: "
                "Member must have length "
                f"between 1 and {MAXIMUM_ENTRIES}, not {len(entries)}"
            )
            return events.error_response_json("ValidationException", message, 400)
        results = [_put(parts, entry, allow_aws_source=allow_aws_source) for entry in entries]
        failed = sum("ErrorCode" in result for result in results)
        return events.json_response({"FailedEntryCount": failed, "Entries": results})

    PUT_EVENTS.replace(put_events)


def bus_exists(parts: Parts, bus_arn: str) -> bool:
    """Say whether there is a bus of that ARN, in whichever account and region."""
    name = resource_of(bus_arn).partition("/")[2]
    buses = parts.emulator.events._event_buses
    return name == "default" or buses.contains_scoped(account_of(bus_arn), region_of(bus_arn), name)


def accept(parts: Parts, event: dict[str, Any], bus_arn: str) -> bool:
    """Put a finished event on a bus: its rules and archives see it in the bus's own account and region.

    Returns False where there is no such bus.
    """
    _, _, _, region, account, resource = bus_arn.split(":", 5)
    events = parts.emulator.events
    with parts.emulator.scope(account, region):
        events._ensure_default_bus()
        name = resource.partition("/")[2]
        if name not in events._event_buses:
            return False
        record = {**event, "EventBusName": name}
        view = events._pattern_event_view(record)
        events._dispatch_event(record, view)
        events._archive_event({key: value for key, value in record.items() if not key.startswith("_")}, view)
    return True


def emit(parts: Parts, envelope: Mapping[str, Any]) -> None:
    """Put an AWS service's event, given as its EventBridge envelope, on the default bus where it happened."""
    account, region = str(envelope["account"]), str(envelope["region"])
    event = {
        "EventId": envelope["id"],
        "Source": envelope["source"],
        "DetailType": envelope["detail-type"],
        "Detail": json.dumps(envelope["detail"]),
        "Time": _time(envelope["time"]),
        "Resources": list(envelope["resources"]),
        "Account": account,
        "Region": region,
        "Version": envelope.get("version", "0"),
    }
    accept(parts, event, f"arn:aws:events:{region}:{account}:event-bus/default")


def _put(parts: Parts, entry: Mapping[str, Any], *, allow_aws_source: bool) -> dict[str, str]:
    account, region = parts.emulator.here()
    source = str(entry.get("Source") or "")
    if source.startswith("aws.") and not allow_aws_source:
        return {
            "ErrorCode": "NotAuthorizedForSourceException",
            "ErrorMessage": "Not authorized for the source.",
        }
    name = str(entry.get("EventBusName") or "default")
    bus_arn = name if name.startswith("arn:") else f"arn:aws:events:{region}:{account}:event-bus/{name}"
    if region_of(bus_arn) != region or not _admitted(parts, entry, bus_arn):
        message = f"The caller is not allowed to put events on {bus_arn}."
        return {"ErrorCode": "AccessDeniedException", "ErrorMessage": message}
    event_id = str(uuid4())
    event = {
        "EventId": event_id,
        "Source": source,
        "DetailType": entry.get("DetailType", ""),
        "Detail": entry.get("Detail", "{}"),
        "Time": _time(entry.get("Time")),
        "Resources": entry.get("Resources") or [],
        "Account": account,
        "Region": region,
    }
    if not accept(parts, event, bus_arn):
        delivery = Delivery(
            f"arn:aws:iam::{account}:root", bus_arn, Outcome.DROPPED, event_id, error_code="NO_RESOURCE"
        )
        parts.records.deliveries.append(delivery)
    return {"EventId": event_id}


def _admitted(parts: Parts, entry: Mapping[str, Any], bus_arn: str) -> bool:
    """Check the bus's policy: callers with identity policies were checked before, the root user only here."""
    evaluator = parts.emulator.evaluator
    account, region = parts.emulator.here()
    context = evaluator.EvalContext(
        principal_arn=evaluator.caller_arn(),
        principal_type="Root",
        principal_account=account,
        action="events:PutEvents",
        resource_arn=bus_arn,
        region=region,
        service_context=put_events_context([entry], by_rule=False),
    )
    return bool(
        evaluator.resource_policy_allows(policy_of(parts, bus_arn), context, account_of(bus_arn) == account)
    )


def _time(value: object) -> int:
    if isinstance(value, int | float):
        return int(value)
    if isinstance(value, str) and value:
        parsed = datetime.fromisoformat(value)
        return int(parsed.replace(tzinfo=parsed.tzinfo or UTC).timestamp())
    return int(utc_now().timestamp())
