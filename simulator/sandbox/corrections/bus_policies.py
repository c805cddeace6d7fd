"""Policies of event buses.

AWS: PutPermission stores a whole policy as it came, or one statement with its principal and condition;
PutEvents is checked against it, with the condition keys `events:source`, `events:detail-type` and
`events:eventBusInvocation` (true when a rule of another bus sends). (Service Authorization Reference, "Amazon
EventBridge".)
ministack: ignores a whole policy and stores Principal `*` without conditions instead, and never evaluates it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final
from uuid import uuid4

from simulator.sandbox.arns import account_of
from simulator.sandbox.evaluation import ContextValue
from simulator.sandbox.parts import Parts
from simulator.sandbox.seams import Seam

PUT_PERMISSION = Seam("services.eventbridge", "_put_permission", ("data",))
DELETE_BUS = Seam("services.eventbridge", "_delete_event_bus", ("data",))
POLICIES = Seam("services.eventbridge", "_event_bus_policies")
BUSES = Seam("services.eventbridge", "_event_buses")
LOOKUP = Seam("core.iam_evaluator", "_resource_policy", ("service", "resource_arn"))
SEAMS = (PUT_PERMISSION, DELETE_BUS, POLICIES, BUSES, LOOKUP)

INVOKED_BY_RULE: Final = "events:eventbusinvocation"


def install(parts: Parts) -> None:
    """Store bus policies as they come and let the evaluator find them."""
    events = parts.emulator.events
    delete_bus = DELETE_BUS.original()
    look_up = LOOKUP.original()

    def put_permission(data: dict[str, Any]) -> Any:
        name = str(data.get("EventBusName") or "default").rsplit("/", 1)[-1]
        if name not in events._event_buses:
            return events.error_response_json(
                "ResourceNotFoundException", f"Event bus {name} does not exist.", 400
            )
        if data.get("Policy"):
            events._event_bus_policies[name] = json.loads(data["Policy"])
            return events.json_response({})
        account, _ = parts.emulator.here()
        statement = _statement(data, str(events._event_buses[name]["Arn"]), account)
        policy = events._event_bus_policies.get(name) or {"Version": "2012-10-17", "Statement": []}
        others = [other for other in policy["Statement"] if other.get("Sid") != statement["Sid"]]
        events._event_bus_policies[name] = {**policy, "Statement": [*others, statement]}
        return events.json_response({})

    def delete_event_bus(data: dict[str, Any]) -> Any:
        response = delete_bus(data)
        if response[0] == HTTPStatus.OK:
            events._event_bus_policies.pop(str(data.get("Name")), None)
        return response

    def resource_policy(service: str, resource_arn: str) -> tuple[Any, str | None] | None:
        if service != "events" or ":event-bus/" not in resource_arn:
            found: tuple[Any, str | None] | None = look_up(service, resource_arn)
            return found
        return policy_of(parts, resource_arn), account_of(resource_arn)

    PUT_PERMISSION.replace(put_permission)
    DELETE_BUS.replace(delete_event_bus)
    LOOKUP.replace(resource_policy)


def policy_of(parts: Parts, bus_arn: str) -> Mapping[str, Any] | None:
    """Return the policy of a bus of any account and region."""
    _, _, _, region, account, resource = bus_arn.split(":", 5)
    policy = parts.emulator.events._event_bus_policies.get_scoped(account, region, resource.partition("/")[2])
    return policy if isinstance(policy, Mapping) else None


def facts(
    action: str, request: Mapping[str, Any], account: str, region: str
) -> tuple[tuple[str, ...], dict[str, Any]] | None:
    """Return the buses a PutEvents call names and its condition keys."""
    entries = request.get("Entries")
    if action != "PutEvents" or not isinstance(entries, list):
        return None
    entries = [entry for entry in entries if isinstance(entry, dict)]
    names = dict.fromkeys(str(entry.get("EventBusName") or "default") for entry in entries)
    buses = tuple(
        name if name.startswith("arn:") else f"arn:aws:events:{region}:{account}:event-bus/{name}"
        for name in names
    )
    return buses, put_events_context(entries, by_rule=False)


def put_events_context(entries: Sequence[Mapping[str, Any]], *, by_rule: bool) -> dict[str, ContextValue]:
    """Return the condition keys of events that are put on a bus: (Source, DetailType) of each entry."""
    context: dict[str, ContextValue] = {INVOKED_BY_RULE: str(by_rule).lower()}
    for key, member in (("events:source", "Source"), ("events:detail-type", "DetailType")):
        values = list(dict.fromkeys(str(entry[member]) for entry in entries if entry.get(member)))
        if values:
            context[key] = values[0] if len(values) == 1 else values
    return context


def _statement(data: Mapping[str, Any], bus_arn: str, account: str) -> dict[str, Any]:
    principal = str(data.get("Principal") or account)
    named: Any = principal if principal == "*" else {"AWS": f"arn:aws:iam::{principal}:root"}
    statement = {
        "Sid": data.get("StatementId") or str(uuid4()),
        "Effect": "Allow",
        "Principal": named,
        "Action": data.get("Action") or "events:PutEvents",
        "Resource": bus_arn,
    }
    condition = data.get("Condition")
    if condition:
        statement["Condition"] = {condition["Type"]: {condition["Key"]: condition["Value"]}}
    return statement
