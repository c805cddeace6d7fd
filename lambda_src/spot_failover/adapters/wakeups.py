"""The messages of work.fifo: what wakes which job, and the ids that keep them in order and apart.

{"job": "reconcile", "account": "111111111111", "region": "eu-west-1", "cluster": "shop", "service": "web",
 "cause": "spot_interruption", "cause_id": "6b2a5c1e-0f4d-4c07-9a44-2f7d7a1f9b10"}
{"job": "survey", "account": "111111111111", "region": "eu-west-1", "cause": "registration",
 "cause_id": "9f1d2c3b-5a68-4f7e-b0c1-d2e3f4a5b6c7", "deleted": "/spot-failover/services/shop/web"}
{"job": "steer", "command": "pause", "account": "111111111111", "region": "eu-west-1", "cluster": "shop",
 "service": "web", "author": "mika", "time": "2026-03-02T09:20:00.000Z", "until": "2026-03-02T12:00:00.000Z",
 "cause_id": "c4a1f0de-8f5b-4a3f-9d38-2f6a0c7b1e55"}
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields
from typing import TypeAlias

from spot_failover.adapters.times import from_text, to_text
from spot_failover.domain.command import Command, CommandKind
from spot_failover.domain.identity import Location, ServiceId
from spot_failover.domain.requests import SurveyRequest

_FLEET = "fleet"


class InvalidWakeUpError(ValueError):
    """The message is none of ours; the message of this error says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Reconcile:
    """Look at one service. `cause` is an evidence kind, or what a survey was asked for."""

    service: ServiceId
    cause: str
    cause_id: str

    @property
    def group(self) -> str:
        """The message group: one service is never worked on twice at once."""
        return _hashed(self.service.key)

    def body(self) -> str:
        """Return the message body."""
        service = self.service
        body = {
            "job": "reconcile",
            "account": service.account,
            "region": service.region,
            "cluster": service.cluster,
            "service": service.service,
            "cause": self.cause,
            "cause_id": self.cause_id,
        }
        return json.dumps(body)


@dataclass(frozen=True, slots=True)
class Survey(SurveyRequest):
    """The request of a survey, as a message."""

    @property
    def group(self) -> str:
        """The message group: one account and region is never surveyed twice at once."""
        return _hashed(self.location.key)

    def body(self) -> str:
        """Return the message body."""
        body = {
            "job": "survey",
            "account": self.location.account,
            "region": self.location.region,
            "cause": self.cause,
            "cause_id": self.cause_id,
        }
        return json.dumps({**body, "deleted": self.deleted} if self.deleted else body)


@dataclass(frozen=True, slots=True)
class Steer(Command):
    """An operator's command, as a message."""

    @classmethod
    def of(cls, command: Command) -> Steer:
        """Return the message of a command."""
        return cls(**{field.name: getattr(command, field.name) for field in fields(Command)})

    @property
    def group(self) -> str:
        """The message group: that of the service's passes, or one for the fleet."""
        return _hashed(self.service.key if self.service else _FLEET)

    def body(self) -> str:
        """Return the message body."""
        names = ("account", "region", "cluster", "service")
        body = {
            "job": "steer",
            "command": self.kind.value,
            "author": self.author,
            "reason": self.reason,
            "cause_id": self.cause_id,
            "time": to_text(self.time),
            **({name: getattr(self.service, name) for name in names} if self.service else {}),
            "until": to_text(self.until) if self.until else "",
        }
        return json.dumps({name: value for name, value in body.items() if value})


WakeUp: TypeAlias = Reconcile | Survey | Steer


def deduplication_id(wake_up: WakeUp) -> str:
    """Return the id under which SQS takes a cause's message to this group once in five minutes.

    It is made of the event's or tick's own id, never of the content: the next event wakes the same service
    again.
    """
    return _hashed(f"{wake_up.cause_id}|{wake_up.group}")


def parse(body: str) -> WakeUp:
    """Read a message body; raise InvalidWakeUpError with a sentence."""
    try:
        document = json.loads(body)
    except ValueError as error:
        raise InvalidWakeUpError(f"The message does not hold JSON: {error}.") from error
    if not isinstance(document, dict):
        raise InvalidWakeUpError("The message must hold a JSON object.")
    match document.get("job"):
        case "reconcile":
            return Reconcile(_to_service(document), _text(document, "cause"), _text(document, "cause_id"))
        case "survey":
            location = Location(_text(document, "account"), _text(document, "region"))
            deleted = _text(document, "deleted") if "deleted" in document else ""
            return Survey(location, _text(document, "cause"), _text(document, "cause_id"), deleted)
        case "steer":
            return _to_steer(document)
        case job:
            raise InvalidWakeUpError(f"The message asks for job {job!r}. Known: reconcile, survey, steer.")


def _to_service(document: dict[str, object]) -> ServiceId:
    return ServiceId(*(_text(document, name) for name in ("account", "region", "cluster", "service")))


def _to_steer(document: dict[str, object]) -> Steer:
    try:
        return Steer(
            kind=CommandKind(_text(document, "command")),
            author=_text(document, "author"),
            reason=_text(document, "reason") if "reason" in document else "",
            cause_id=_text(document, "cause_id"),
            time=from_text(_text(document, "time")),
            service=_to_service(document) if "service" in document else None,
            until=from_text(_text(document, "until")) if "until" in document else None,
        )
    except ValueError as error:
        raise InvalidWakeUpError(f"The message for job steer cannot be read: {error}.") from error


def _text(document: dict[str, object], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidWakeUpError(
            f"The message for job {document['job']} has {name} {value!r}, which is not text."
        )
    return value


def _hashed(key: str) -> str:
    # Keys are longer than the 128 characters that MessageGroupId and MessageDeduplicationId may have.
    return hashlib.sha256(key.encode()).hexdigest()
