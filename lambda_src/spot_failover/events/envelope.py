"""The envelope that EventBridge puts around every event.

    {
      "version": "0",
      "id": "6b2a5c1e-0f4d-4c07-9a44-2f7d7a1f9b10",
      "detail-type": "ECS Task State Change",
      "source": "aws.ecs",
      "account": "222233334444",
      "time": "2026-03-02T09:14:05Z",
      "region": "eu-central-1",
      "resources": ["arn:aws:ecs:eu-central-1:222233334444:task/shop/0b1c2d3e4f5061728394a5b6c7d8e9f0"],
      "detail": {}
    }

An event that a rule forwards to another account's bus keeps the `account` and `region` of its origin, and no
sender can set them. An archive adds `replay-name` to what it replays.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from spot_failover.domain.identity import Location
from spot_failover.events.errors import MalformedEventError, quoted
from spot_failover.events.fields import JsonObject, moment, required_object, required_text, text, texts

_ACCOUNT = re.compile(r"[0-9]{12}")
_REGION = re.compile(r"[a-z][a-z0-9-]{1,31}")


class Source(StrEnum):
    """Who sends events that mean something here."""

    ECS = "aws.ecs"
    DRILL = "test.aws.ecs"
    SSM = "aws.ssm"
    SPOKE = "spot-failover.spoke"
    OPERATOR = "spot-failover.operator"
    HUB = "spot-failover.hub"


class DetailType(StrEnum):
    """What they send; a module for each that can mean something."""

    TASK_STATE_CHANGE = "ECS Task State Change"
    SERVICE_ACTION = "ECS Service Action"
    DEPLOYMENT_STATE_CHANGE = "ECS Deployment State Change"
    PARAMETER_STORE_CHANGE = "Parameter Store Change"
    HEARTBEAT = "Heartbeat"
    COMMAND = "Command"
    TICK = "Tick"


@dataclass(frozen=True, slots=True)
class Envelope:
    """One event. Only what tells its type is required here: what a parser needs beyond that, it asks for."""

    source: str
    detail_type: str
    detail: JsonObject
    resources: tuple[str, ...]
    time: datetime | None
    replay_name: str | None
    _raw: JsonObject = field(repr=False)

    @property
    def event_id(self) -> str:
        """The event's id; raises MalformedEventError where there is none."""
        return required_text(self._raw, "id")

    @property
    def origin(self) -> Location:
        """The account and region it comes from, as EventBridge vouches for them.

        Raises MalformedEventError where they are missing or cannot be.
        """
        account = required_text(self._raw, "account")
        if not _ACCOUNT.fullmatch(account):
            raise MalformedEventError(
                f"The field 'account' of the event is {quoted(account)}, but an AWS account has 12 digits."
            )
        region = required_text(self._raw, "region")
        if not _REGION.fullmatch(region):
            raise MalformedEventError(
                f"The field 'region' of the event is {quoted(region)}, which is no AWS region."
            )
        return Location(account, region)


def read_body(body: str) -> JsonObject:
    """Return the JSON object that a queue's message holds."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedEventError(f"The message is not JSON ({error}): {quoted(body)}.") from error
    if not isinstance(content, dict):
        raise MalformedEventError(f"The message is JSON, but not an object: {quoted(body)}.")
    return content


def read_envelope(raw: JsonObject) -> Envelope:
    """Return the envelope of a decoded event."""
    return Envelope(
        source=required_text(raw, "source"),
        detail_type=required_text(raw, "detail-type"),
        detail=required_object(raw, "detail"),
        resources=texts(raw, "resources"),
        time=moment(raw, "time"),
        replay_name=text(raw, "replay-name"),
        _raw=raw,
    )
