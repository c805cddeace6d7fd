"""What the command line needs of a hub."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from spot_failover.domain.command import CommandKind
from spot_failover.domain.identity import ServiceId
from spot_failover.domain.record import Message
from spot_failover.jobs import ports


class History(Protocol):
    """What was told of a service."""

    def read(self, service: ServiceId, since: datetime) -> Sequence[Message]:
        """Read the audit events from a time on, oldest first."""


class Operator(Protocol):
    """Who is at the keyboard."""

    def author(self) -> str:
        """Return who that is, to AWS."""

    def send(
        self, kind: CommandKind, service: ServiceId | None, author: str, reason: str, until: datetime | None
    ) -> str:
        """Put a command on the hub's bus and return the event's id."""


@dataclass(frozen=True, slots=True)
class Hub:
    """One hub."""

    services: ports.Services
    spokes: ports.Spokes
    ledgers: ports.Ledgers
    history: History
    operator: Operator
