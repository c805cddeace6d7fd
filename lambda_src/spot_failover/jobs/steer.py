"""What becomes of an operator's command: it is written down for the passes to find, or refused with a reason.

Nothing is changed in a workload account here. A pause and a freeze are read by every pass; a failover and a
restore are rows of evidence, so that the rules treat them like anything else that is known of a service.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, assert_never

from spot_failover.domain.command import COMMAND_LIFETIME, Command, CommandKind
from spot_failover.domain.errors import ConflictError, SpotFailoverError, UnreadableItemError
from spot_failover.domain.evidence import Evidence, EvidenceKind
from spot_failover.domain.policy import Mode
from spot_failover.domain.record import HoldKind, Operation, Pause, Phase, Record
from spot_failover.domain.registration import more_careful
from spot_failover.domain.transitions import as_begun
from spot_failover.jobs import messages

if TYPE_CHECKING:
    from datetime import datetime

    from spot_failover.domain.identity import ServiceId
    from spot_failover.jobs import ports

logger = logging.getLogger(__name__)

CAUSE = "command"


@dataclass(frozen=True, slots=True)
class Steer:
    """The job `steer(command)`; `operation` is the hub's own kill switch."""

    services: ports.Services
    evidence: ports.EvidenceLog
    outbox: ports.Outbox
    queue: ports.WorkQueue
    operation: Operation

    def __call__(self, command: Command, now: datetime) -> None:
        """Take or refuse one command, tell what became of it, and have its service looked at.

        The same command again does the same again. Raises where the state table fails: it comes again then.
        """
        if command.service is None:
            self._steer_fleet(command, now)
            return
        try:
            self._steer_service(command, command.service, now)
        except ConflictError:
            self._steer_service(command, command.service, now)

    def _steer_fleet(self, command: Command, now: datetime) -> None:
        refusal = _too_late(command, now)
        if refusal is None:
            freezes = command.kind is CommandKind.FREEZE
            self.services.freeze(Pause(None, command.author, command.reason, fleet=True) if freezes else None)
        self._say(command, refusal)
        self.outbox.send([messages.of_command(command, refusal, now)])

    def _steer_service(self, command: Command, service: ServiceId, now: datetime) -> None:
        try:
            record, frozen = self.services.load(service), self.services.frozen()
        except UnreadableItemError as unreadable:
            self._say(command, str(unreadable))
            self.outbox.send([messages.of_command(command, str(unreadable), now)])
            return
        if record is None:
            unknown = f"{service.key} is not registered with this hub, so nothing is known of it."
            self._say(command, unknown)
            self.outbox.send([messages.of_command(command, unknown, now)])
            return
        allowed = replace(record, operation=more_careful(record.operation, self.operation))
        refusal = _too_late(command, now) or refused(command, allowed, frozen, now)
        if refusal is None:
            refusal = self._taken(command, service, now)
        self._say(command, refusal)
        # It waits with the service's own messages: a bus that is away must not hold the service's passes up.
        told = messages.of_command(command, refusal, now, record=record)
        self.services.save(replace(record, outbox=(*record.outbox, told)))
        try:
            # The command's own id has woken this message group already.
            self.queue.reconcile([service], CAUSE, f"{CAUSE} {command.cause_id}")
        except SpotFailoverError as fault:
            logger.warning("%s is looked at by the next tick only: %s", service.key, fault)

    def _taken(self, command: Command, service: ServiceId, now: datetime) -> str | None:
        """Write the command down, or say why it could not be: tried again later, it would hold passes up."""
        try:
            self._take(command, service, now)
        except ConflictError:
            raise
        except SpotFailoverError as fault:
            return f"It may not have been written down: look, and give it again if nothing happens. {fault}"
        return None

    def _take(self, command: Command, service: ServiceId, now: datetime) -> None:
        match command.kind:
            case CommandKind.PAUSE:
                self.services.pause(service, Pause(command.until, command.author, command.reason))
            case CommandKind.RESUME:
                self.services.pause(service, None)
            case CommandKind.FAILOVER:
                said = f"{command.signed} asked to fail over."
                self._add(service, EvidenceKind.OPERATOR_FAILOVER, command, said, now)
            case CommandKind.RESTORE:
                said = f"{command.signed} asked to go back to Spot."
                self._add(service, EvidenceKind.OPERATOR_RESTORE, command, said, now)
            case CommandKind.FREEZE | CommandKind.UNFREEZE:
                raise ValueError(f"{command.kind} is a command for the whole fleet.")
            case _:
                assert_never(command.kind)

    def _add(
        self, service: ServiceId, kind: EvidenceKind, command: Command, said: str, now: datetime
    ) -> None:
        # Its own time is in whole seconds, and might lie before the phase that the operator saw.
        self.evidence.add(service, Evidence(kind, now, command.cause_id, command.cause_id, said))

    def _say(self, command: Command, refusal: str | None) -> None:
        subject = command.service.key if command.service else "the fleet"
        outcome = f"refused: {refusal}" if refusal else "taken"
        logger.info("The command %s of %s for %s was %s", command.kind, command.author, subject, outcome)


def refused(command: Command, record: Record, frozen: Pause | None, now: datetime) -> str | None:
    """Say why a command for a service cannot be followed now and what to do, or None."""
    match command.kind:
        case CommandKind.PAUSE:
            if command.until is None or now < command.until:
                return None
            return f"Its end, {command.until:%Y-%m-%d %H:%M} UTC, lies in the past. Give a later one."
        case CommandKind.FAILOVER:
            return _held_back(record, frozen, now) or _no_failover(record) or _blocked(record)
        case CommandKind.RESTORE:
            return _held_back(record, frozen, now) or _no_restore(record) or _blocked(record)
        case _:
            return None


def _too_late(command: Command, now: datetime) -> str | None:
    waited = now - command.time
    if waited <= COMMAND_LIFETIME:
        return None
    return f"The hub got to it after {waited.total_seconds():.0f} s, and it may not be meant any more."


def _held_back(record: Record, frozen: Pause | None, now: datetime) -> str | None:
    pause = frozen or record.paused_at(now)
    if pause is None:
        return None
    return f"{pause.sentence} {'Unfreeze the fleet' if pause.fleet else 'Resume the service'} first."


def _blocked(record: Record) -> str | None:
    """Return what a pass would say to it all the same."""
    hold = record.hold
    return f"It is blocked. {hold.reason}" if hold and hold.kind is HoldKind.BLOCKED else None


def _no_failover(record: Record) -> str | None:
    if record.leaving:
        return "The service is no longer registered, and only goes back to Spot."
    if record.operation is Operation.DRAIN:
        return "The service is being drained (operation), and only goes back to Spot."
    if record.phase in {Phase.FAILING_OVER, Phase.ON_DEMAND}:
        return f"The service is in phase {record.phase} already: {record.reason}"
    return None


def _no_restore(record: Record) -> str | None:
    if record.phase is Phase.ON_DEMAND:
        return None
    if record.phase is Phase.FAILING_OVER and as_begun(record).policy.mode is Mode.BACKFILL:
        return None
    return f"The service is in phase {record.phase}, not on_demand: {record.reason}"
