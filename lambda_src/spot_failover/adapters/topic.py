"""The alert topic: a message as a notification for AWS's chat integration, and as a mail that reads well.

https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from spot_failover.adapters.batches import batches
from spot_failover.adapters.faults import translated
from spot_failover.adapters.outbox import resources, service_of
from spot_failover.domain.record import Message
from spot_failover.domain.severity import Severity

# https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html
_ENTRIES_PER_CALL = 10
# What a team can filter its subscription by. https://docs.aws.amazon.com/sns/latest/dg/sns-message-filtering.html
_ATTRIBUTES = ("account", "region", "cluster", "service", "owner", "severity")
# A mail's subject is less than 100 characters. https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
_SUBJECT_LENGTH = 99
# Slack shows 3,000 characters of text in one piece, and what AWS says may be long.
_REASON_LENGTH = 2000
_DENIED = "Look at the work function's role, at the policy of the topic and at that of its key."


@dataclass(frozen=True, slots=True)
class SnsTopic:
    """The channel to people: all messages but those that are only kept.

    `client` is called for boto3's client of SNS when there is something to tell: most functions never have.
    """

    client: Callable[[], Any]
    topic_arn: str
    partition: str

    name = "topic"

    def takes(self, message: Message) -> bool:
        return _severity(message) != Severity.AUDIT

    def deliver(self, messages: Sequence[Message]) -> Mapping[str, str]:
        missed: dict[str, str] = {}
        for batch in batches(messages, _ENTRIES_PER_CALL):
            with translated("sns:Publish", f"topic {self.topic_arn}", denied=_DENIED):
                answer = self.client().publish_batch(
                    TopicArn=self.topic_arn,
                    PublishBatchRequestEntries=[
                        self._entry(index, message) for index, message in enumerate(batch)
                    ],
                )
            missed |= {
                batch[int(entry["Id"])].id: f"AWS says {entry['Code']}: {entry.get('Message', 'no message')}"
                for entry in answer.get("Failed", [])
            }
        return missed

    def _entry(self, index: int, message: Message) -> dict[str, Any]:
        by_protocol = {
            "default": json.dumps(notification(message, self.partition), ensure_ascii=False),
            "email": mail(message),
        }
        return {
            "Id": str(index),
            "MessageStructure": "json",
            "Message": json.dumps(by_protocol, ensure_ascii=False),
            "Subject": subject(message),
            "MessageAttributes": _attributes(message),
        }


def notification(message: Message, partition: str) -> dict[str, Any]:
    """Return a message as AWS's chat integration shows it, with those of its incident in one thread."""
    detail = message.detail
    facts = [f"*{name}:* {_escaped(value)}" for name, value in _facts(message)]
    keywords = [message.detail_type, *(str(detail[name]) for name in _ATTRIBUTES if detail.get(name))]
    return {
        "version": "1.0",
        "source": "custom",
        "id": message.id,
        "content": {
            "textType": "client-markdown",
            "title": _escaped(_summary(message)),
            "description": "\n".join([_escaped(_reason(message)), *facts]),
            **({"nextSteps": [_escaped(str(detail["next_step"]))]} if detail.get("next_step") else {}),
            "keywords": [_escaped(keyword) for keyword in keywords],
        },
        "metadata": {
            # How long a thread's id may be is not documented, and the names of services are long.
            "threadId": hashlib.sha256(str(detail.get("incident") or message.id).encode()).hexdigest(),
            "summary": _summary(message),
            "eventType": message.detail_type,
            "relatedResources": resources(message, partition),
            "additionalContext": {
                name: str(value)
                for name, value in {**detail, "reason": _reason(message)}.items()
                if isinstance(value, str | int) and value != ""
            },
        },
    }


def mail(message: Message) -> str:
    """Return a message as the text of a mail."""
    lines = [_summary(message), "", _reason(message), ""]
    lines += [f"{name}: {value}" for name, value in _facts(message)]
    if next_step := message.detail.get("next_step"):
        lines += ["", f"Next: {next_step}"]
    return "\n".join(
        [*lines, "", f"{message.detail_type} at {message.time:%Y-%m-%d %H:%M:%S} UTC ({message.id})"]
    )


def subject(message: Message) -> str:
    """Return a mail's subject, loudest word first."""
    text = f"{_severity(message).capitalize()}: {_summary(message)}"
    return "".join(character if " " <= character <= "~" else "?" for character in text)[:_SUBJECT_LENGTH]


def _facts(message: Message) -> Iterator[tuple[str, str]]:
    """Yield what is known beside the reason: tasks, times, whose service it is and where."""
    detail = message.detail
    if "running" in detail:
        yield "Tasks", _tasks(detail)
    if times := list(_times(detail)):
        yield "Time", "; ".join(times)
    if detail.get("owner"):
        yield "Owner", str(detail["owner"])
    if service_of(message):
        yield "Service", "{cluster}/{service} in {account}, {region}".format_map(detail)


def _tasks(detail: Mapping[str, Any]) -> str:
    counted = f"{detail['running']} of {detail['desired']} run"
    if "standby_running" in detail:
        counted += f", {detail['standby_running']} of {detail['standby_desired']} in the standby"
    return f"{counted}; {detail['demand']} are wanted" if "demand" in detail else counted


def _times(detail: Mapping[str, Any]) -> Iterator[str]:
    seconds = detail.get("seconds") or {}
    if "since_event" in seconds:
        yield f"{seconds['since_event']:,} s after the event behind it"
    if "in_previous_phase" in seconds:
        yield f"{seconds['in_previous_phase']:,} s in phase {detail['previous_phase']}"
    if seconds.get("since_failover", 0) > seconds.get("in_previous_phase", 0):
        yield f"{seconds['since_failover']:,} s since Spot failed it"


def _summary(message: Message) -> str:
    return str(message.detail.get("summary") or message.detail_type)


def _reason(message: Message) -> str:
    reason = str(message.detail.get("reason", ""))
    return reason if len(reason) <= _REASON_LENGTH else f"{reason[: _REASON_LENGTH - 1]}…"


def _severity(message: Message) -> str:
    # Messages that a hub of an older version left behind say nothing of it.
    return str(message.detail.get("severity", Severity.INFO.value))


def _attributes(message: Message) -> dict[str, dict[str, str]]:
    """Return what subscriptions can filter by; SNS takes no empty values."""
    values = {**message.detail, "severity": _severity(message)}
    return {
        name: {"DataType": "String", "StringValue": str(values[name])}
        for name in _ATTRIBUTES
        if values.get(name)
    }


def _escaped(text: str) -> str:
    """Keep what others wrote from being read as a mention or a link: Slack's three control characters."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
