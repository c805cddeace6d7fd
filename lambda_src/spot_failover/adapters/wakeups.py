"""The messages of work.fifo: what wakes which job, and the ids that keep them in order and apart.

{"job": "reconcile", "account": "111111111111", "region": "eu-west-1", "cluster": "shop", "service": "web",
 "cause": "spot_interruption"}
{"job": "survey", "account": "111111111111", "region": "eu-west-1", "refresh": true, "cause": "registration",
 "deleted": "/spot-failover/services/shop/web"}
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from spot_failover.domain.identity import Location, ServiceId

# The one cause that leaves the parameters to the survey's own ten-minute rhythm.
TICK = "tick"


class InvalidWakeUpError(ValueError):
    """The message is none of ours; the message of this error says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Reconcile:
    """Look at one service. `cause` is an evidence kind, or `survey`."""

    service: ServiceId
    cause: str

    @property
    def group(self) -> str:
        """The message group: one service is never worked on twice at once."""
        return _hashed(self.service.key)

    def body(self) -> str:
        """Return the message body."""
        service = self.service
        return json.dumps({
            "job": "reconcile",
            "account": service.account,
            "region": service.region,
            "cluster": service.cluster,
            "service": service.service,
            "cause": self.cause,
        })  # fmt: skip


@dataclass(frozen=True, slots=True)
class Survey:
    """Look at one account and region. `deleted` names a parameter that an event says is gone."""

    location: Location
    cause: str
    deleted: str = ""

    @property
    def refresh(self) -> bool:
        """Whether the parameters are to be read now."""
        return self.cause != TICK

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
            "refresh": self.refresh,
            "cause": self.cause,
        }
        return json.dumps({**body, "deleted": self.deleted} if self.deleted else body)


WakeUp = Reconcile | Survey


def deduplication_id(wake_up: WakeUp, cause_id: str) -> str:
    """Return the id under which SQS takes a cause's message to this group once in five minutes.

    It is made of the event's or tick's own id, never of the content: the same service is woken by the next event again.
    """
    return _hashed(f"{cause_id}|{wake_up.group}")


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
            names = (_text(document, name) for name in ("account", "region", "cluster", "service"))
            return Reconcile(ServiceId(*names), _text(document, "cause"))
        case "survey":
            location = Location(_text(document, "account"), _text(document, "region"))
            deleted = _text(document, "deleted") if "deleted" in document else ""
            return Survey(location, _text(document, "cause"), deleted)
        case job:
            raise InvalidWakeUpError(f"The message asks for job {job!r}. Known: reconcile, survey.")


def _text(document: dict[str, object], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidWakeUpError(f"The message for job {document['job']} has {name} {value!r}; wanted is text.")
    return value


def _hashed(key: str) -> str:
    # Keys are longer than the 128 characters that MessageGroupId and MessageDeduplicationId may have.
    return hashlib.sha256(key.encode()).hexdigest()
