"""Deliveries between topics, alarms and queues.

AWS: SNS delivers to a queue or function whose policy admits sns.amazonaws.com for the topic; CloudWatch
publishes to a topic whose policy admits cloudwatch.amazonaws.com for the alarm; a dead-letter queue takes
messages from the queues that its RedriveAllowPolicy admits. (SNS, CloudWatch and SQS developer guides.)
ministack: checks the first but counts it as sent without TLS, and checks neither of the others.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from simulator.sandbox.arns import account_of
from simulator.sandbox.authorization import Errand
from simulator.sandbox.corrections.rule_errands import NO_PERMISSIONS
from simulator.sandbox.corrections.rule_targets import record
from simulator.sandbox.parts import Parts
from simulator.sandbox.seams import Seam

QUEUE_ALLOWS = Seam(
    "services.sqs", "queue_policy_allows", ("queue_arn", "service", "source_arn", "source_account")
)
ALARM = Seam("services.cloudwatch", "_dispatch_alarm_actions", ("alarm", "old_state", "new_state", "reason"))
TO_FUNCTION = Seam(
    "services.sns",
    "_deliver_to_lambda",
    ("endpoint", "envelope", "topic_arn", "sub_arn", "msg_id", "raw_message", "message_attributes"),
)
SWEEP = Seam("services.sqs", "_dlq_sweep", ("q",))
SEAMS = (QUEUE_ALLOWS, ALARM, TO_FUNCTION, SWEEP)

ACTION_LISTS = ("AlarmActions", "OKActions", "InsufficientDataActions")


def install(parts: Parts) -> None:
    """Ask the receiving topic's or queue's policy first."""
    alarm_actions, sweep, to_function = ALARM.original(), SWEEP.original(), TO_FUNCTION.original()

    def queue_policy_allows(queue_arn: str, service: str, source_arn: str, source_account: str) -> bool:
        return _allowed(parts, service, "sqs:SendMessage", queue_arn, source_arn, source_account)

    def deliver_to_lambda(endpoint: str, envelope: str, topic_arn: str, *rest: Any) -> None:
        account = account_of(topic_arn)
        if _allowed(parts, "sns.amazonaws.com", "lambda:InvokeFunction", endpoint, topic_arn, account):
            to_function(endpoint, envelope, topic_arn, *rest)

    def dispatch_alarm_actions(alarm: Mapping[str, Any], old_state: str, new_state: str, reason: str) -> None:
        admitted = {
            name: [arn for arn in alarm.get(name) or [] if _admitted(parts, alarm, arn, new_state, name)]
            for name in ACTION_LISTS
        }
        alarm_actions({**alarm, **admitted}, old_state, new_state, reason)

    def dlq_sweep(queue: Mapping[str, Any]) -> None:
        if _redrive_allowed(parts, queue):
            sweep(queue)

    QUEUE_ALLOWS.replace(queue_policy_allows)
    ALARM.replace(dispatch_alarm_actions)
    TO_FUNCTION.replace(deliver_to_lambda)
    SWEEP.replace(dlq_sweep)


def _admitted(parts: Parts, alarm: Mapping[str, Any], action: str, new_state: str, name: str) -> bool:
    state = {"AlarmActions": "ALARM", "OKActions": "OK", "InsufficientDataActions": "INSUFFICIENT_DATA"}[name]
    if state != new_state or ":sns:" not in action:
        return True
    source = str(alarm.get("AlarmArn", ""))
    account = parts.emulator.here()[0]
    return _allowed(parts, "cloudwatch.amazonaws.com", "sns:Publish", action, source, account)


def _allowed(parts: Parts, service: str, action: str, resource: str, source: str, account: str) -> bool:
    errand = Errand(service, action, resource, source, account, parts.emulator.here()[1], {})
    refusal = parts.authorizer.as_service(errand)
    record(parts, source, resource, {}, (NO_PERMISSIONS, refusal.message) if refusal else None)
    return refusal is None


def _redrive_allowed(parts: Parts, queue: Mapping[str, Any]) -> bool:
    source = str(queue["attributes"].get("QueueArn", ""))
    redrive = queue["attributes"].get("RedrivePolicy")
    target = str(json.loads(redrive).get("deadLetterTargetArn", "")) if redrive else ""
    dead_letter_queue = parts.emulator.sqs._queue_by_arn(target) if target else None
    allow = (dead_letter_queue or {"attributes": {}})["attributes"].get("RedriveAllowPolicy")
    if not allow:
        return True
    rule = json.loads(allow)
    permission = rule.get("redrivePermission", "allowAll")
    return permission == "allowAll" or (permission == "byQueue" and source in rule.get("sourceQueueArns", []))
