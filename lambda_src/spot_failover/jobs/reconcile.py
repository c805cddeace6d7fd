"""One pass over one service: load, observe, read evidence, decide, save the intent, act, tell.

A pass may stop at any line. What it saved before it acted tells the next one, at most a minute later, where
to go on.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from spot_failover.domain import applied
from spot_failover.domain.errors import (
    AccessDeniedError,
    ConflictError,
    RefusedError,
    SpotFailoverError,
    ThrottledError,
    UnreadableItemError,
)
from spot_failover.domain.evidence import NOTICE, NOTICE_SLACK, EvidenceKind, first_sights
from spot_failover.domain.phases import Decision, next_phase
from spot_failover.domain.record import Applied, Hold, HoldKind, Operation, Record
from spot_failover.domain.registration import more_careful
from spot_failover.domain.targets import UpdateService, changes, target
from spot_failover.domain.transitions import current, moved
from spot_failover.jobs import messages

if TYPE_CHECKING:
    from spot_failover.domain.identity import ServiceId
    from spot_failover.domain.policy import Policy
    from spot_failover.domain.service import Observation
    from spot_failover.jobs import ports

logger = logging.getLogger(__name__)

# Clocks of the queue and of a function differ a little: a wake-up this close before a pass may not have been
# seen by it.
CLOCK_MARGIN = timedelta(seconds=2)
# After a fault the next tick tries again; wake-ups in between would only add to the trouble.
RETRY_AFTER = timedelta(seconds=30)
# A second conflict in a row means that another pass is at work on the service right now.
ATTEMPTS = 2
# How often a place without a known spoke is looked at while events keep coming from it.
DISCOVERY_PERIOD = timedelta(minutes=10)
# Follow-ups of an interruption come within minutes; this far back tells a first event from them.
UNPROTECTED_WINDOW = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class WakeUp:
    """Why a pass is asked for: `sent_at` by the queue's clock, `cause_id` the id of the event or tick."""

    service: ServiceId
    cause: str
    cause_id: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Reconcile:
    """The job `reconcile(service)`; `operation` is the hub's own kill switch."""

    services: ports.Services
    spokes: ports.Spokes
    evidence: ports.EvidenceLog
    ecs: ports.Ecs
    outbox: ports.Outbox
    queue: ports.WorkQueue
    metrics: ports.Metrics
    operation: Operation

    def __call__(self, wake_up: WakeUp, now: datetime) -> None:
        """Make one pass; a fault is recorded on the service, and raised only if the state table fails."""
        for _ in range(ATTEMPTS):
            try:
                self._attempt(wake_up, now)
            except ConflictError:
                continue
            else:
                return
        logger.warning("Another pass is working on %s; the next tick looks again.", wake_up.service.key)

    def _attempt(self, wake_up: WakeUp, now: datetime) -> None:
        try:
            record = self.services.load(wake_up.service)
        except UnreadableItemError as unreadable:
            # The same message would find it as unreadable the next time, and hold its group up meanwhile.
            self.metrics.count("FailedPasses")
            logger.error("The record of %s cannot be used: %s", wake_up.service.key, unreadable)  # noqa: TRY400
            return
        if record is None:
            self._unregistered(wake_up, now)
            return
        if record.passed_at and wake_up.sent_at <= record.passed_at - CLOCK_MARGIN:
            return
        if record.retry_at and now < record.retry_at:
            return
        record = replace(record, operation=more_careful(record.operation, self.operation))
        try:
            self._pass(record, wake_up.cause, now)
        except ConflictError:
            raise
        except SpotFailoverError as fault:
            self._note(wake_up.service, fault, now)

    def _pass(self, loaded: Record, cause: str, now: datetime) -> None:
        observation = self.ecs.describe(loaded.id)
        record = current(loaded, observation, now)
        evidence = self.evidence.read(record.id, now - _reach(record.policy))
        decision = next_phase(record, observation, evidence, record.policy, now)
        if decision.forget:
            self._forget(record, decision, now)
            return
        intent = moved(record, decision, observation, now)
        told = messages.of_pass(record, intent, observation, now)
        intent = replace(intent, outbox=(*record.outbox, *told))
        change = _missing(intent, decision, observation, now)
        if change and observation:
            intent = self._act(record, intent, change, observation, now)
        elif intent.outbox:
            intent = self.services.save(intent)
        _log(record, intent, observation, change, cause)
        self._tell(intent, now)

    def _act(
        self, before: Record, intent: Record, change: UpdateService, observation: Observation, now: datetime
    ) -> Record:
        sent = Applied(
            change.name,
            now,
            replaces=observation.primary.id if observation.primary else "",
            task_definition=observation.primary.task_definition if observation.primary else "",
            tries=applied.next_try(intent.applied, change.name, observation),
        )
        intent = self.services.save(replace(intent, applied=sent))
        try:
            deployment = self.ecs.update(intent.id, change, observation)
        except RefusedError as refusal:
            held = replace(intent, applied=None, hold=Hold(HoldKind.BLOCKED, str(refusal), intent.phase))
            told = messages.of_pass(replace(before, phase=intent.phase), held, observation, now)
            return self.services.save(replace(held, outbox=(*held.outbox, *told)))
        except (AccessDeniedError, ThrottledError):
            # Certainly not in force, so the next pass need not wait to see whether it is.
            self.services.save(replace(intent, applied=None))
            raise
        return replace(intent, applied=replace(sent, deployment=deployment))

    def _tell(self, record: Record, now: datetime) -> None:
        if record.outbox:
            self.outbox.send(record.outbox)
        self.services.save(replace(record, outbox=(), passed_at=now, last_error="", retry_at=None))

    def _forget(self, record: Record, decision: Decision, now: datetime) -> None:
        left = messages.of_service(messages.LEFT, record, now, reason=decision.reason)
        self.outbox.send((*record.outbox, left))
        self.services.forget(record)
        logger.info("%s has left: %s", record.id.key, decision.reason)

    def _note(self, service: ServiceId, fault: SpotFailoverError, now: datetime) -> None:
        """Write the fault down and tell of it; the next tick tries again."""
        self.metrics.count("FailedPasses")
        logger.error("The pass over %s failed: %s", service.key, fault)
        record = self.services.load(service)
        if record is None:
            return
        failed = record.failed(str(fault), now + RETRY_AFTER)
        if record.last_error != failed.last_error:
            told = messages.of_service(messages.FAULT, failed, now, reason=failed.last_error)
            failed = replace(failed, outbox=(*record.outbox, told))
        failed = self.services.save(failed)
        self._tell_of_fault(failed)

    def _tell_of_fault(self, record: Record) -> None:
        """Send what waits, although the pass failed: who should help must hear of it now."""
        if not record.outbox:
            return
        try:
            self.outbox.send(record.outbox)
        except SpotFailoverError as fault:
            logger.warning("The messages of %s wait for the next pass: %s", record.id.key, fault)
        else:
            self.services.save(replace(record, outbox=()))

    def _unregistered(self, wake_up: WakeUp, now: datetime) -> None:
        """Touch nothing; count what protection would have seen, and find spokes the hub has not met yet."""
        service = wake_up.service
        if wake_up.cause == EvidenceKind.SPOT_INTERRUPTION:
            rows = first_sights(self.evidence.read(service, now - UNPROTECTED_WINDOW))
            if any(row.event_id == wake_up.cause_id for row in rows):
                self.metrics.count("UnprotectedInterruptions")
        if self.spokes.load(service.location) is None:
            # Once in a while for each place, however many events come from it.
            period = int(now.timestamp() // DISCOVERY_PERIOD.total_seconds())
            self.queue.survey([service.location], "discovery", f"discovery {period}")


def _reach(policy: Policy) -> timedelta:
    """Return how far back evidence may matter, follow-ups of older interruptions included."""
    longest = max(policy.thresholds.window_seconds, policy.restore.window_seconds)
    return timedelta(seconds=longest) + NOTICE + NOTICE_SLACK


def _missing(
    record: Record, decision: Decision, observation: Observation | None, now: datetime
) -> UpdateService | None:
    """Return the call that is missing and may go out now."""
    if observation is None or decision.hold or record.dry_run:
        return None
    for change in changes(observation, target(record.phase, observation, record)):
        if applied.may_send(record.applied, change.name, observation, now):
            return change
    return None


def _log(
    before: Record, after: Record, observation: Observation | None, change: UpdateService | None, cause: str
) -> None:
    logger.info(
        after.reason,
        extra={
            "account": after.id.account,
            "region": after.id.region,
            "cluster": after.id.cluster,
            "ecs_service": after.id.service,
            "previous_phase": before.phase.value,
            "phase": after.phase.value,
            "action": change.name if change else "none",
            "hold": after.hold.kind.value if after.hold else "",
            "desired": observation.desired if observation else 0,
            "running": observation.running if observation else 0,
            "cause": cause,
        },
    )
