"""What a rule delivers to its targets.

AWS: EventBridge may deliver only where the target's policy admits it for this rule, or where the target's
role trusts EventBridge and is allowed the action. What may not be delivered, or has no target any more, goes
without a retry to the target's dead-letter queue, whose policy is asked too; without such a queue it is
dropped. (EventBridge user guide, "Using resource-based policies", "Using dead-letter queues to process
undelivered events".)
ministack: delivers everything within the rule's own account and region, and knows no dead-letter queue.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from simulator.sandbox import queues
from simulator.sandbox.arns import account_of, region_of, service_of
from simulator.sandbox.authorization import Refusal
from simulator.sandbox.corrections import forwarding
from simulator.sandbox.corrections.rule_errands import NO_PERMISSIONS, NO_RESOURCE, errand_of
from simulator.sandbox.parts import Parts
from simulator.sandbox.records import Delivery, Outcome
from simulator.sandbox.seams import Seam

INVOKE = Seam("services.eventbridge", "_invoke_target", ("target", "event", "rule", "view"))
TO_SQS = Seam("services.eventbridge", "_dispatch_to_sqs", ("spec", "payload", "sqs_parameters"))
QUEUE = Seam("services.sqs", "_queue_by_arn", ("arn",))
TOPIC = Seam("services.sns", "_topic_by_arn_any_scope", ("topic_arn",))
FUNCTION = Seam("services.lambda_svc", "_get_func_record_for_ref", ("function_ref",))
MESSAGE_FIELDS = Seam("services.sqs", "_ensure_msg_fields", ("m",))
SEAMS = (INVOKE, TO_SQS, QUEUE, TOPIC, FUNCTION, MESSAGE_FIELDS)

ACTIONS: Final = {"sqs": "sqs:SendMessage", "sns": "sns:Publish", "lambda": "lambda:InvokeFunction"}


def install(parts: Parts, deliver_schedule: Any) -> None:
    """Ask IAM before each delivery. ministack fires schedules by the same function; they go their own way."""
    original = INVOKE.original()

    def invoke_target(
        target: Mapping[str, Any], event: dict[str, Any], rule: Mapping[str, Any], view: Any = None
    ) -> None:
        if service_of(str(rule.get("Arn", ""))) == "scheduler":
            deliver_schedule(rule)
            return
        error = _deliver(parts, original, target, event, rule, view)
        record(parts, str(rule.get("Arn", "")), str(target.get("Arn", "")), event, error)
        if error is not None:
            _dead_letter(parts, target, event, rule, view, error)

    INVOKE.replace(invoke_target)


def record(
    parts: Parts,
    source: str,
    target: str,
    event: Mapping[str, Any],
    error: tuple[str, str] | None,
    *,
    kept: bool = False,
) -> None:
    """Note a delivery and how it ended."""
    outcome = Outcome.DELIVERED if error is None else Outcome.DEAD_LETTERED if kept else Outcome.DROPPED
    code, message = error or ("", "")
    parts.records.deliveries.append(
        Delivery(
            source=source,
            target=target,
            outcome=outcome,
            event_id=str(event.get("EventId", "")),
            detail_type=str(event.get("DetailType", "")),
            error_code=code,
            error_message=message,
        )
    )


def target_exists(parts: Parts, arn: str) -> bool:
    """Say whether a queue, topic or function exists (in the account and region that are pinned now)."""
    match service_of(arn):
        case "sqs":
            return queues.exists(parts.emulator, arn)
        case "sns":
            return parts.emulator.sns._topic_by_arn_any_scope(arn) is not None
        case "lambda":
            return parts.emulator.functions._get_func_record_for_ref(arn)[0] is not None
    return False


def _deliver(
    parts: Parts,
    original: Any,
    target: Mapping[str, Any],
    event: dict[str, Any],
    rule: Mapping[str, Any],
    view: Any,
) -> tuple[str, str] | None:
    """Deliver an event to one target; returns the error code and message if it could not be."""
    arn = str(target.get("Arn", ""))
    if service_of(arn) == "events" and ":event-bus/" in arn:
        return forwarding.forward(parts, target, event, rule)
    region, account = region_of(arn), account_of(arn)
    if service_of(arn) not in ACTIONS or region != parts.emulator.here()[1]:
        return NO_RESOURCE, f"EventBridge cannot deliver to {arn} from this region."
    with parts.emulator.scope(account, region):
        if not target_exists(parts, arn):
            return NO_RESOURCE, f"The target {arn} does not exist."
        refusal = _refusal(parts, target, arn, rule, region)
        if refusal is not None:
            return NO_PERMISSIONS, refusal.message
        original(target, event, rule, view)
    return None


def _refusal(
    parts: Parts, target: Mapping[str, Any], arn: str, rule: Mapping[str, Any], region: str
) -> Refusal | None:
    errand = errand_of(ACTIONS[service_of(arn)], arn, rule, region)
    role = target.get("RoleArn")
    if role:
        return parts.authorizer.as_role(str(role), "eventbridge", errand)
    return parts.authorizer.as_service(errand)


def _dead_letter(
    parts: Parts,
    target: Mapping[str, Any],
    event: Mapping[str, Any],
    rule: Mapping[str, Any],
    view: Any,
    error: tuple[str, str],
) -> None:
    queue = str((target.get("DeadLetterConfig") or {}).get("Arn") or "")
    if not queue:
        return
    source, region = str(rule.get("Arn", "")), parts.emulator.here()[1]
    if not queues.exists(parts.emulator, queue):
        record(parts, source, queue, event, (NO_RESOURCE, f"The dead-letter queue {queue} does not exist."))
        return
    refusal = parts.authorizer.as_service(errand_of("sqs:SendMessage", queue, rule, region))
    if refusal is not None:
        record(parts, source, queue, event, (NO_PERMISSIONS, refusal.message))
        return
    view = view or parts.emulator.events._pattern_event_view(event)
    attributes = {
        "RULE_ARN": source,
        "TARGET_ARN": str(target.get("Arn", "")),
        "ERROR_CODE": error[0],
        "ERROR_MESSAGE": error[1],
    }
    queues.send(parts.emulator, queue, json.dumps(view.event_with_detail()), attributes=attributes)
    record(parts, source, queue, event, error, kept=True)
