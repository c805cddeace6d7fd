"""Command: what an operator asks of the hub, put on its bus from its own account.

    {
      "id": "c4a1f0de-8f5b-4a3f-9d38-2f6a0c7b1e55",
      "detail-type": "Command",
      "source": "spot-failover.operator",
      "account": "111122223333",
      "time": "2026-03-02T09:20:00Z",
      "region": "eu-central-1",
      "resources": [],
      "detail": {
        "command": "pause",
        "service_id": "222233334444::eu-central-1::shop::checkout",
        "author": "arn:aws:sts::111122223333:assumed-role/operator/mika",
        "reason": "Load test until noon.",
        "until": "2026-03-02T12:00:00Z"
      }
    }

`freeze` and `unfreeze` name no service; only `pause` has `until`, and need not. EventBridge vouches for the
account; who in it may put such an event, IAM decides. The author is what the sender says.
"""

from __future__ import annotations

import re
from datetime import datetime

from spot_failover.domain.command import COMMAND_LIFETIME, Command, CommandKind, as_author, as_reason
from spot_failover.domain.identity import ServiceId
from spot_failover.events.arns import service_arn
from spot_failover.events.envelope import Envelope
from spot_failover.events.errors import MalformedEventError, RejectedEventError, quoted
from spot_failover.events.fields import moment, required_text, text
from spot_failover.events.model import CommandSignal, Ignored

_DETAIL = "the command's detail"
_SERVICE_ID = re.compile(r"([^:]*)::([^:]*)::([^:]*)::([^:]*)")


def parse(envelope: Envelope, *, hub_account: str, now: datetime) -> CommandSignal | Ignored:
    """Return the command, if it comes from the hub's own account and is not old."""
    origin = envelope.origin
    if origin.account != hub_account:
        raise RejectedEventError(
            f"Account {origin.account} sent a command, but only the hub's own account {hub_account} may."
        )
    sent_at = envelope.time or now
    # PutEvents lets the sender set the time, so a command may lie in the future too.
    if abs(now - sent_at) > COMMAND_LIFETIME:
        return Ignored(f"The command is of {sent_at.isoformat()}, more than five minutes from now.")
    kind = _kind(envelope)
    command = Command(
        kind=kind,
        author=as_author(required_text(envelope.detail, "author", of=_DETAIL)),
        reason=as_reason(text(envelope.detail, "reason", of=_DETAIL) or ""),
        cause_id=envelope.event_id,
        time=sent_at,
        service=_service(envelope, kind),
        until=moment(envelope.detail, "until", of=_DETAIL),
    )
    if command.until and kind is not CommandKind.PAUSE:
        raise MalformedEventError(f"The command {kind} has an 'until', but only a pause ends by itself.")
    return CommandSignal(command)


def _kind(envelope: Envelope) -> CommandKind:
    name = required_text(envelope.detail, "command", of=_DETAIL)
    if name not in set(CommandKind):
        raise MalformedEventError(
            f"The command is {quoted(name)}. There are these: {', '.join(CommandKind)}."
        )
    return CommandKind(name)


def _service(envelope: Envelope, kind: CommandKind) -> ServiceId | None:
    key = text(envelope.detail, "service_id", of=_DETAIL)
    if kind.for_fleet:
        if key:
            raise MalformedEventError(f"The command {kind} is for the whole fleet, but names {quoted(key)}.")
        return None
    found = _SERVICE_ID.fullmatch(key or "")
    if found is None:
        raise MalformedEventError(
            f"The command {kind} has service_id {quoted(key)}. Wanted: account::region::cluster::service."
        )
    account, region, cluster, service = found.groups()
    # The same names as in an ARN of ECS; nothing else may become part of a key.
    arn = service_arn(f"arn:aws:ecs:{region}:{account}:service/{cluster}/{service}")
    return ServiceId(arn.location.account, arn.location.region, cluster, arn.name)
