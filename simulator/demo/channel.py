"""What a channel that is subscribed to the hub's alert topic is told, and a page of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime

from simulator.demo.recording import Message, Notification
from simulator.world import ServiceKey
from spot_failover.domain.record import Phase

KEY = ("account", "region", "cluster", "service")


def read(body: str, at: datetime) -> Message:
    """Read a notification for chat, or an alarm, which comes through the same channel."""
    document = json.loads(body)
    if document.get("source") != "custom":
        shown = Notification(
            at=at,
            thread=document["AlarmName"],
            title=f"Alarm {document['AlarmName']} is {document['NewStateValue']}",
            description=document.get("AlarmDescription") or "",
        )
        return Message(None, "Alarm", None, shown.description, shown)
    content, metadata = document["content"], document["metadata"]
    context = metadata["additionalContext"]
    moved = context.get("phase") != context.get("previous_phase")
    return Message(
        key=ServiceKey(*(context[name] for name in KEY)) if all(name in context for name in KEY) else None,
        detail_type=metadata["eventType"],
        phase=Phase(context["phase"]) if moved else None,
        reason=context["reason"],
        shown=Notification(
            at=at,
            thread=metadata["threadId"],
            title=content["title"],
            description=content["description"],
            next_steps=tuple(content.get("nextSteps", ())),
            severity=context.get("severity", ""),
        ),
    )


def page(messages: Iterable[Message]) -> str:
    """Return what a channel would have shown, as Markdown: one thread an incident, the oldest first."""
    threads: dict[str, list[Notification]] = {}
    for message in messages:
        if message.shown:
            threads.setdefault(message.shown.thread, []).append(message.shown)
    count = sum(map(len, threads.values()))
    lines = [
        "# What a channel would have seen",
        "",
        f"{count} messages of the hub's alert topic in {len(threads)} threads, one an incident.",
    ]
    for thread in threads.values():
        lines += ["", f"## {thread[0].at:%H:%M:%S} {thread[0].title}"]
        for shown in thread:
            lines += ["", *_lines(shown)]
    return "\n".join([*lines, ""])


def _lines(shown: Notification) -> Iterator[str]:
    loud = f" ({shown.severity})" if shown.severity in {"warning", "critical"} else ""
    yield f"**{shown.at:%H:%M:%S} {shown.title}**{loud}"
    yield ""
    for line in shown.description.splitlines():
        yield f"> {_bold(line)}  "
    for step in shown.next_steps:
        yield f"> → {step}"


def _bold(line: str) -> str:
    """Return a line of Slack's Markdown in everyone's."""
    name, colon, rest = line.partition(":* ")
    return f"**{name.removeprefix('*')}:** {rest}" if colon and name.startswith("*") else line
