"""What EventBridge Scheduler delivers.

AWS: Scheduler assumes the schedule's role, which has to trust scheduler.amazonaws.com (`aws:SourceArn` is the
schedule's group) and be allowed the target's action. A bus target gets an event with the source and detail
type of EventBridgeParameters and the input as its detail. `<aws.scheduler.…>` keywords in the input are
replaced. What cannot be delivered goes to the dead-letter queue by the same role. (EventBridge Scheduler user
guide.)
ministack: asks nobody, sends a bus an event of the source aws.scheduler, and leaves the keywords as they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import uuid4

from simulator.sandbox import queues
from simulator.sandbox.arns import account_of, service_of
from simulator.sandbox.authorization import Errand
from simulator.sandbox.corrections.bus_policies import put_events_context
from simulator.sandbox.corrections.put_events import accept
from simulator.sandbox.corrections.rule_errands import NO_PERMISSIONS, NO_RESOURCE
from simulator.sandbox.corrections.rule_targets import record, target_exists
from simulator.sandbox.parts import Parts
from simulator.sandbox.records import utc_now
from simulator.sandbox.seams import Seam

TICK = Seam("services.scheduler", "_tick_schedules", ())
SCHEDULES = Seam("services.scheduler", "_schedules")
RATE = Seam("services.eventbridge", "_parse_rate_seconds", ("expr",))
PUBLISH = Seam(
    "services.sns",
    "publish_internal",
    (
        "topic_arn",
        "message",
        "subject",
        "message_structure",
        "message_attributes",
        "message_group_id",
        "message_deduplication_id",
    ),
)
TO_LAMBDA = Seam("services.eventbridge", "_dispatch_to_lambda", ("arn", "payload"))
SWEEP_SECONDS = Seam("services.scheduler", "_SCHEDULE_TICK_INTERVAL")
SEAMS = (TICK, SCHEDULES, RATE, PUBLISH, TO_LAMBDA, SWEEP_SECONDS)

PRINCIPAL: Final = "scheduler.amazonaws.com"
ACTIONS: Final = {
    "sqs": "sqs:SendMessage",
    "sns": "sns:Publish",
    "lambda": "lambda:InvokeFunction",
    "events": "events:PutEvents",
}

Schedule = Mapping[str, Any]


def install() -> None:
    """Let ministack look for due schedules each second, not each ten; it fires them by `rule_targets`."""
    SWEEP_SECONDS.replace(1)


def enabled(parts: Parts, expression: str | None = None) -> Iterator[tuple[str, str, Schedule]]:
    """Yield the account, region and record of every enabled schedule, or of those with one expression."""
    for (account, region, _), schedule in list(parts.emulator.scheduler._schedules._data.items()):
        if schedule.get("State") == "ENABLED" and expression in (None, schedule.get("ScheduleExpression")):
            yield account, region, schedule


def fire(parts: Parts, expression: str | None = None) -> int:
    """Fire every enabled schedule, or those with one expression, once more; returns how many."""
    fired = 0
    for account, region, schedule in enabled(parts, expression):
        with parts.emulator.scope(account, region):
            deliver(parts, schedule)
        fired += 1
    return fired


def deliver(parts: Parts, schedule: Schedule) -> None:
    """Deliver one occurrence of a schedule, in the account and region that are pinned."""
    target = schedule.get("Target") or {}
    arn, source = str(target.get("Arn", "")), str(schedule["Arn"])
    event = {"EventId": str(uuid4()), "DetailType": "Scheduled Event"}
    body = _body(schedule, target, event["EventId"])
    error = _send(parts, schedule, target, arn, body, event)
    record(parts, source, arn, event, error)
    queue = str((target.get("DeadLetterConfig") or {}).get("Arn") or "")
    if error is None or not queue:
        return
    errand = _errand(parts, schedule, "sqs:SendMessage", queue)
    refusal = parts.authorizer.as_role(str(target.get("RoleArn", "")), "scheduler", errand)
    if refusal is not None or not queues.exists(parts.emulator, queue):
        message = refusal.message if refusal else f"The dead-letter queue {queue} does not exist."
        record(parts, source, queue, event, (NO_PERMISSIONS if refusal else NO_RESOURCE, message))
        return
    attributes = {
        "SCHEDULE_ARN": source,
        "TARGET_ARN": arn,
        "ERROR_CODE": error[0],
        "ERROR_MESSAGE": error[1],
    }
    queues.send(parts.emulator, queue, body, attributes=attributes)
    record(parts, source, queue, event, error, kept=True)


def _send(
    parts: Parts, schedule: Schedule, target: Mapping[str, Any], arn: str, body: str, event: Mapping[str, Any]
) -> tuple[str, str] | None:
    service = service_of(arn)
    if service not in ACTIONS:
        return NO_RESOURCE, f"The sandbox knows no schedules with the target {arn}."
    errand = _errand(parts, schedule, ACTIONS[service], arn)
    parameters = target.get("EventBridgeParameters") or {}
    entry = {"Source": parameters.get("Source", ""), "DetailType": parameters.get("DetailType", "")}
    if service == "events":
        errand = replace(errand, context=put_events_context([entry], by_rule=False))
    refusal = parts.authorizer.as_role(str(target.get("RoleArn", "")), "scheduler", errand)
    if refusal is not None:
        return NO_PERMISSIONS, refusal.message
    if service == "events":
        return _put_event(parts, arn, entry, body, event)
    if not target_exists(parts, arn):
        return NO_RESOURCE, f"The target {arn} does not exist."
    if service == "sqs":
        queues.send(
            parts.emulator, arn, body, group=(target.get("SqsParameters") or {}).get("MessageGroupId", "")
        )
    elif service == "sns":
        parts.emulator.sns.publish_internal(arn, body)
    else:
        parts.emulator.events._dispatch_to_lambda(arn, body)
    return None


def _put_event(
    parts: Parts, bus_arn: str, entry: Mapping[str, str], body: str, event: Mapping[str, Any]
) -> tuple[str, str] | None:
    account, region = parts.emulator.here()
    put = {
        "EventId": event["EventId"],
        **entry,
        "Detail": body,
        "Time": int(utc_now().timestamp()),
        "Resources": [],
        "Account": account,
        "Region": region,
    }
    return None if accept(parts, put, bus_arn) else (NO_RESOURCE, f"The event bus {bus_arn} does not exist.")


def _body(schedule: Schedule, target: Mapping[str, Any], execution: str) -> str:
    now = utc_now().strftime("%Y-%m-%dT%H:%M:%SZ")
    arn = str(schedule["Arn"])
    if not target.get("Input"):
        _, _, _, region, account, _ = arn.split(":", 5)
        notification = {
            "version": "0",
            "id": execution,
            "detail-type": "Scheduled Event",
            "source": "aws.scheduler",
            "account": account,
            "time": now,
            "region": region,
            "resources": [arn],
            "detail": "{}",
        }
        return json.dumps(notification)
    body = str(target["Input"])
    keywords = {"schedule-arn": arn, "scheduled-time": now, "execution-id": execution, "attempt-number": "1"}
    for keyword, value in keywords.items():
        body = body.replace(f"<aws.scheduler.{keyword}>", value)
    return body


def _errand(parts: Parts, schedule: Schedule, action: str, resource: str) -> Errand:
    arn = str(schedule["Arn"])
    group = f"{arn.split(':schedule/', maxsplit=1)[0]}:schedule-group/{schedule.get('GroupName', 'default')}"
    return Errand(
        service=PRINCIPAL,
        action=action,
        resource=resource,
        source_arn=group,
        source_account=account_of(arn),
        region=parts.emulator.here()[1],
        context={},
    )
