"""What an event means to the hub, whichever service sent it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from spot_failover.domain.command import Command
from spot_failover.domain.evidence import Evidence, EvidenceKind
from spot_failover.domain.identity import Location, ServiceId
from spot_failover.domain.requests import RegistrationCause


class OtherKind(StrEnum):
    """The kinds of event that must cause nothing on their own."""

    STEADY_STATE = "steady_state"
    OTHER_SERVICE_ACTION = "other_service_action"
    DEPLOYMENT = "deployment"
    IRRELEVANT = "irrelevant"


@dataclass(frozen=True, slots=True)
class EvidenceSignal:
    """Fargate failed a service, or Spot served it: a row of evidence."""

    service: ServiceId
    evidence: Evidence

    @property
    def wake(self) -> bool:
        """Whether the service needs a look now. A task that started can wait for the next tick."""
        return self.evidence.kind is not EvidenceKind.SPOT_TASK_STARTED


@dataclass(frozen=True, slots=True)
class RegistrationSignal:
    """Registrations may have changed in one account and region, or its spoke says that it is there.

    `deleted` names a parameter that the event says is gone; whoever acts on it reads first.
    """

    location: Location
    cause: RegistrationCause
    event_id: str
    deleted: str = ""


@dataclass(frozen=True, slots=True)
class CommandSignal:
    """An operator of the hub's own account asks for something."""

    command: Command


@dataclass(frozen=True, slots=True)
class TickSignal:
    """A minute has passed. It has no id of its own: the message's id stands for it."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """A well-formed event that asks for nothing; `reason` is a sentence."""

    reason: str


Signal: TypeAlias = EvidenceSignal | RegistrationSignal | CommandSignal | TickSignal | Ignored
