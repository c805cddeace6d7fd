"""Events that a rule sends to another bus, in another account or region too.

AWS: the rule's role has to trust EventBridge and be allowed events:PutEvents on the target bus; in another
account that bus's policy has to admit the role. The event keeps its id, time, source, account, region and
resources, and is matched by the rules of the receiving bus. An event that came from another account or region
does not travel on to a third one. (EventBridge user guide, "Sending and receiving events between AWS
accounts" and "... between Regions".)
ministack: refuses buses of other accounts and regions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from simulator.sandbox.arns import account_of, region_of
from simulator.sandbox.corrections.bus_policies import put_events_context
from simulator.sandbox.corrections.put_events import accept, bus_exists
from simulator.sandbox.corrections.rule_errands import NO_PERMISSIONS, NO_RESOURCE, errand_of
from simulator.sandbox.parts import Parts
from simulator.sandbox.seams import Seam

RULE_KEY = Seam("services.eventbridge", "_rule_key", ("rule_name", "bus_name"))
SEAMS = (RULE_KEY,)

# Where ministack keeps the rules an event has passed; it compares their names only, so each account and
# region has its own.
PATH = "_DispatchPath"
TRAVELLED = "_SandboxPath"


def forward(
    parts: Parts, target: Mapping[str, Any], event: Mapping[str, Any], rule: Mapping[str, Any]
) -> tuple[str, str] | None:
    """Send an event on to a bus; returns the error code and message if it could not be delivered."""
    bus_arn = str(target["Arn"])
    account, region = parts.emulator.here()
    destination = (account_of(bus_arn), region_of(bus_arn))
    travelled = [tuple(stop) for stop in event.get(TRAVELLED, ())]
    rule_key = parts.emulator.events._rule_key(rule.get("Name"), rule.get("EventBusName", "default"))
    here = (account, region, rule_key)
    if here in travelled:
        return "LOOP_DETECTED", f"The event has passed the rule {rule.get('Arn')} before."
    crossed = any(stop[:2] != (account, region) for stop in travelled)
    if crossed and destination != (account, region):
        return "HOP_LIMIT", f"An event from another account or region does not travel on to {bus_arn}."
    if not bus_exists(parts, bus_arn):
        return NO_RESOURCE, f"The event bus {bus_arn} does not exist."
    refused = _refusal(parts, target, event, rule, bus_arn)
    if refused is not None:
        return NO_PERMISSIONS, refused
    stops = [*travelled, here]
    forwarded = {
        **{key: value for key, value in event.items() if not key.startswith("_")},
        TRAVELLED: stops,
        PATH: [stop[2] for stop in stops if stop[:2] == destination],
    }
    accept(parts, forwarded, bus_arn)
    return None


def _refusal(
    parts: Parts, target: Mapping[str, Any], event: Mapping[str, Any], rule: Mapping[str, Any], bus_arn: str
) -> str | None:
    account, region = parts.emulator.here()
    errand = errand_of("events:PutEvents", bus_arn, rule, region)
    role = target.get("RoleArn")
    if not role:
        # PutTargets accepts a bus without a role only in the rule's own account and region.
        return None if account_of(bus_arn) == account else f"The target {bus_arn} has no role."
    entry = {"Source": event.get("Source"), "DetailType": event.get("DetailType")}
    errand = replace(errand, context=put_events_context([entry], by_rule=True))
    refusal = parts.authorizer.as_role(str(role), "eventbridge", errand)
    return None if refusal is None else refusal.message
