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
from spot_failover.domain.counts import Counts, demand_of, is_ambiguous
from spot_failover.domain.decision import Decision
from spot_failover.domain.errors import (
    AccessDeniedError,
    ConflictError,
    RefusedError,
    SpotFailoverError,
    ThrottledError,
    UnreadableItemError,
)
from spot_failover.domain.evidence import NOTICE, NOTICE_SLACK, EvidenceKind, first_sights, last_failure
from spot_failover.domain.metric import Metric
from spot_failover.domain.peers import wait_for_peers
from spot_failover.domain.phases import next_phase
from spot_failover.domain.policy import Mode
from spot_failover.domain.record import Applied, Held, Hold, HoldKind, Operation, Phase, Record
from spot_failover.domain.registration import more_careful
from spot_failover.domain.targets import UpdateService, changes, target
from spot_failover.domain.tasks import RUNNING
from spot_failover.domain.transitions import as_begun, current, moved
from spot_failover.domain.twins import may_claim
from spot_failover.jobs import messages
from spot_failover.jobs.counting import count_time_to_act, count_transition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spot_failover.domain.evidence import Evidence
    from spot_failover.domain.identity import ServiceId
    from spot_failover.domain.policy import Policy
    from spot_failover.domain.record import Message
    from spot_failover.domain.scaling import Suspended
    from spot_failover.domain.service import Observation
    from spot_failover.jobs import ports

logger = logging.getLogger(__name__)

# Clocks of the queue and of a function differ a little: a wake-up this close before a pass may not have been
# seen by it.
CLOCK_MARGIN = timedelta(seconds=2)
# After a fault the next tick tries again; wake-ups in between would only add to the trouble.
RETRY_AFTER = timedelta(seconds=30)
URGENT_AFTER = timedelta(seconds=5)
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
class Step:
    """What a pass is about to do: nothing of it has happened."""

    decision: Decision
    intent: Record
    counts: Counts | None = None
    changes: tuple[UpdateService, ...] = ()


@dataclass(frozen=True, slots=True)
class Reconcile:
    """The job `reconcile(service)`; `operation` is the hub's own kill switch."""

    services: ports.Services
    spokes: ports.Spokes
    evidence: ports.EvidenceLog
    ecs: ports.Ecs
    scaling: ports.Scaling
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
            self.metrics.count(Metric.FAILED_PASSES, of=wake_up.service)
            logger.error("The record of %s cannot be used: %s", wake_up.service.key, unreadable)  # noqa: TRY400
            return
        if record is None:
            self._unregistered(wake_up, now)
            return
        if record.passed_at and wake_up.sent_at <= record.passed_at - CLOCK_MARGIN:
            return
        # An event may tell of something new; yet a storm of them must not add to the trouble.
        patience = RETRY_AFTER - URGENT_AFTER if wake_up.cause in set(EvidenceKind) else timedelta()
        if record.retry_at and now < record.retry_at - patience:
            return
        operation = more_careful(record.operation, self.operation)
        try:
            # Whoever cannot tell whether the fleet is frozen changes nothing.
            paused = self.services.frozen() or record.paused
            self._pass(replace(record, operation=operation, paused=paused), wake_up.cause, now)
        except ConflictError:
            raise
        except SpotFailoverError as fault:
            self._note(wake_up.service, fault, now)

    def _pass(self, loaded: Record, cause: str, now: datetime) -> None:
        observation = self.ecs.describe(loaded.id, as_begun(loaded).policy.standby.service_name)
        record = self._claimed(current(loaded, observation, now), observation)
        evidence = self._evidence(record, now)
        step = self._step(record, observation, evidence, now)
        if observation and _needs_a_look(record, step, observation, evidence, now):
            observation = self._looked_at(record, observation, now)
            step = self._step(record, observation, evidence, now)
        if step.decision.forget:
            self._forget(record, step.decision, now)
            return
        told = messages.of_pass(record, step.intent, observation, now, step.decision.remarks)
        intent = replace(step.intent, outbox=(*record.outbox, *told))
        if step.changes and observation:
            intent = self._act(record, replace(step, intent=intent), observation, now)
        elif intent.outbox:
            intent = self._entered(record, intent)
        if observation:
            intent = self._resumed(intent, observation, now)
        _log(record, intent, observation, step.changes, cause)
        self._tell(intent, now)

    def _step(
        self, record: Record, observation: Observation | None, evidence: list[Evidence], now: datetime
    ) -> Step:
        """Decide, and find out what is missing: this changes nothing."""
        decision = next_phase(record, observation, evidence, record.policy, now)
        if decision.starts_restore and record.phase is Phase.ON_DEMAND and not decision.asked:
            wait = wait_for_peers(record, self.services.at(record.id.location), now)
            decision = Decision(Phase.ON_DEMAND, wait, remarks=decision.remarks) if wait else decision
        intent = replace(
            moved(record, decision, observation, now),
            errors_at=last_failure(evidence) or record.errors_at,
        )
        if observation is None or not observation.active or decision.hold or record.hands_off(now):
            return Step(decision, intent)
        wanted = target(intent.phase, observation, intent, evidence, now)
        missing = [
            _allowed(change, intent.applied, observation, now) for change in changes(observation, wanted)
        ]
        return Step(decision, intent, wanted.counts, tuple(change for change in missing if change))

    def _evidence(self, record: Record, now: datetime) -> list[Evidence]:
        """Read what was told of the service, and of a lack of capacity for its standby."""
        since = now - _reach(record.policy)
        rows = list(self.evidence.read(record.id, since))
        if record.claimed and record.phase is not Phase.STEADY:
            of_standby = self.evidence.read(record.id.beside(record.claimed), since)
            rows += [row for row in of_standby if row.kind is EvidenceKind.ON_DEMAND_SHORTAGE]
        return rows

    def _claimed(self, record: Record, observation: Observation | None) -> Record:
        """Take the standby on, if it is at rest and nobody else's, and give up a former one."""
        wanted = record.policy.standby.service_name
        if record.claimed and record.claimed != wanted and record.phase is Phase.STEADY:
            self.services.release(record.id.beside(record.claimed), record.id)
            record = replace(record, claimed="")
        if not wanted or observation is None or not may_claim(record, observation):
            return record
        owner = self.services.claim(record.id.beside(wanted), record.id)
        return replace(record, claimed=wanted) if owner == record.id else record

    def _looked_at(self, record: Record, observation: Observation, now: datetime) -> Observation:
        """Look at the single tasks of both services."""
        looked = self._counted(record.id, observation, now)
        if observation.standby is None:
            return looked
        standby = record.id.beside(observation.standby.service_name)
        return replace(looked, standby=self._counted(standby, observation.standby, now))

    def _counted(self, service: ServiceId, shown: Observation, now: datetime) -> Observation:
        if not shown.desired and not shown.running and not shown.pending:
            return replace(shown, wanted=0, up=0, held=0)
        tasks = self.ecs.tasks(service, shown)
        return replace(
            shown,
            wanted=len(tasks),
            up=sum(task.last_status == RUNNING for task in tasks),
            held=sum(task.holds(now) for task in tasks),
        )

    def _act(self, before: Record, step: Step, observation: Observation, now: datetime) -> Record:
        """Make the changes in their order: what comes up first, before what may go down."""
        deploying = next((change for change in step.changes if change.deploys), None)
        asked = [messages.of_change(step.intent, change, observation, now) for change in step.changes]
        intent = _intent(before, step, deploying, observation, now)
        intent = self._entered(before, replace(intent, outbox=(*intent.outbox, *asked)))
        refused = replace(intent, applied=before.applied, held=before.held)
        try:
            for change in step.changes:
                found = self._unsuspended(intent, change)
                if found:
                    # As a step of its own: whether or not the call is allowed, this is what is saved by now.
                    intent = self._to_be_suspended(intent, found, now)
                    self.scaling.suspend(intent.id, found.held())
                deployment = self.ecs.update(intent.id, change, observation)
                if change is deploying and intent.applied:
                    intent = replace(intent, applied=replace(intent.applied, deployment=deployment))
                refused, asked = intent, asked[1:]
        except (RefusedError, AccessDeniedError, ThrottledError) as fault:
            # Certainly not in force, so the next pass need not wait to see whether it is.
            said = tuple(message for message in intent.outbox if message not in asked[1:])
            refused = replace(refused, version=intent.version, scaling=intent.scaling, outbox=said)
            if not isinstance(fault, RefusedError):
                self.services.save(refused)
                raise
            blocked = Hold(HoldKind.BLOCKED, str(fault), intent.phase)
            held = replace(refused, applied=None, hold=blocked)
            told = messages.of_pass(replace(before, phase=intent.phase), held, observation, now)
            return self.services.save(replace(held, outbox=(*held.outbox, *told)))
        count_time_to_act(self.metrics, before, intent, now)
        return replace(intent, held=replace(intent.held, confirmed=True) if intent.held else None)

    def _entered(self, before: Record, intent: Record) -> Record:
        saved = self.services.save(intent)
        count_transition(self.metrics, before, saved)
        return saved

    def _unsuspended(self, intent: Record, change: UpdateService) -> Suspended | None:
        """Return the autoscaling that would undo a count which we are about to set, as it is found."""
        sets_spot = change.desired is not None and not change.service_name
        if not sets_spot or intent.policy.mode is not Mode.STANDBY or intent.phase is Phase.STEADY:
            return None
        found = self.scaling.describe(intent.id)
        return None if found is None or found == found.held() else found

    def _to_be_suspended(self, intent: Record, found: Suspended, now: datetime) -> Record:
        """Save how autoscaling was found, before it is suspended."""
        told = messages.of_scaling(messages.SCALING_SUSPENDED, intent, found.held(), now)
        noted = replace(intent, scaling=intent.scaling or found, outbox=(*intent.outbox, told))
        return self.services.save(noted)

    def _resumed(self, intent: Record, observation: Observation, now: datetime) -> Record:
        """Let autoscaling go on as it was, once the service is back at its count."""
        at_rest = intent.phase is Phase.STEADY and observation.desired == demand_of(intent, observation)
        if intent.scaling is None or not at_rest or intent.hands_off(now):
            return intent
        # A target that was deleted meanwhile has nothing to go on with.
        if self.scaling.describe(intent.id) is None:
            return replace(intent, scaling=None)
        self.scaling.suspend(intent.id, intent.scaling)
        told = messages.of_scaling(messages.SCALING_RESUMED, intent, intent.scaling, now)
        return replace(intent, scaling=None, outbox=(*intent.outbox, told))

    def _tell(self, record: Record, now: datetime) -> None:
        left = self._sent(record.outbox)
        self.services.save(replace(record, outbox=left, passed_at=now, last_error="", retry_at=None))

    def _sent(self, outbox: tuple[Message, ...]) -> tuple[Message, ...]:
        """Send what waits; return what has to wait for the next pass."""
        return tuple(self.outbox.send(outbox)) if outbox else ()

    def _forget(self, record: Record, decision: Decision, now: datetime) -> None:
        left = messages.of_service(messages.LEFT, record, now, reason=decision.reason)
        self.outbox.send((*record.outbox, left))
        if record.claimed:
            self.services.release(record.id.beside(record.claimed), record.id)
        self.services.forget(record)
        logger.info("%s has left: %s", record.id.key, decision.reason)

    def _note(self, service: ServiceId, fault: SpotFailoverError, now: datetime) -> None:
        """Write the fault down and tell of it; the next tick tries again."""
        self.metrics.count(Metric.FAILED_PASSES, of=service)
        if isinstance(fault, AccessDeniedError):
            self.metrics.count(Metric.DENIED_SPOKES, of=service.location)
        logger.error("The pass over %s failed: %s", service.key, fault)
        record = self.services.load(service)
        if record is None:
            return
        failed = record.failed(str(fault), now + RETRY_AFTER)
        if record.last_error != failed.last_error:
            told = messages.of_service(messages.FAULT, failed, now, reason=failed.last_error)
            failed = replace(failed, outbox=(*record.outbox, told))
        failed = self.services.save(failed)
        # Although the pass failed: who should help must hear of it now.
        left = self._sent(failed.outbox)
        if left != failed.outbox:
            self.services.save(replace(failed, outbox=left))

    def _unregistered(self, wake_up: WakeUp, now: datetime) -> None:
        """Touch nothing; count what protection would have seen, and find spokes the hub has not met yet."""
        service = wake_up.service
        owner = self.services.owner_of(service)
        if owner:
            self.queue.reconcile([owner], wake_up.cause, wake_up.cause_id)
            return
        if wake_up.cause == EvidenceKind.SPOT_INTERRUPTION:
            rows = first_sights(self.evidence.read(service, now - UNPROTECTED_WINDOW))
            if any(row.event_id == wake_up.cause_id for row in rows):
                # Not by name: whoever sends events of services could make up any number of metrics.
                self.metrics.count(Metric.UNPROTECTED_INTERRUPTIONS, of=service.location)
        if self.spokes.load(service.location) is None:
            # Once in a while for each place, however many events come from it.
            period = int(now.timestamp() // DISCOVERY_PERIOD.total_seconds())
            self.queue.survey([service.location], "discovery", f"discovery {period}")


def _reach(policy: Policy) -> timedelta:
    """Return how far back evidence may matter, follow-ups of older interruptions included."""
    longest = max(policy.thresholds.window_seconds, policy.restore.window_seconds)
    return timedelta(seconds=longest) + NOTICE + NOTICE_SLACK


def _needs_a_look(
    record: Record, step: Step, observation: Observation, evidence: list[Evidence], now: datetime
) -> bool:
    """Whether single tasks matter: before anything is scaled down, healthy means healthy."""
    if any(change.lowers(observation) for change in step.changes):
        return True
    raises = any(change.desired is not None for change in step.changes)
    backfills = record.policy.mode is Mode.BACKFILL
    return raises and backfills and is_ambiguous(record, observation, evidence, now)


def _intent(
    before: Record, step: Step, deploying: UpdateService | None, observation: Observation, now: datetime
) -> Record:
    """Return the record that is saved before the calls: what they are to bring about."""
    intent = step.intent
    if deploying:
        shown = observation.standby if deploying.service_name else observation
        primary = shown.primary if shown else None
        sent = Applied(
            deploying.name,
            now,
            replaces=primary.id if primary else "",
            task_definition=primary.task_definition if primary else "",
            tries=applied.next_try(intent.applied, deploying.name, shown or observation),
        )
        intent = replace(intent, applied=sent)
    if any(change.desired is not None for change in step.changes) and step.counts:
        spot_at = before.held.spot_at if before.held and before.held.spot == step.counts.spot else now
        held = Held(step.counts.spot, step.counts.standby, now, spot_at=spot_at)
        own = before.demand is None and held.spot != observation.desired
        demand = demand_of(before, observation) if own else intent.demand
        intent = replace(intent, held=held, demand=demand)
    return intent


def _allowed(
    change: UpdateService, sent: Applied | None, observation: Observation, now: datetime
) -> UpdateService | None:
    """Return as much of the change as may go out now: a count always, a deployment only once."""
    shown = observation.standby if change.service_name else observation
    if change.desired is not None and not change.deploys and not change.rolling:
        return change
    if shown and applied.may_send(sent, change.name, shown, now):
        return change
    if change.desired is None:
        return None
    return UpdateService(desired=change.desired, service_name=change.service_name)


def _log(
    before: Record,
    after: Record,
    observation: Observation | None,
    sent: Sequence[UpdateService],
    cause: str,
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
            "action": "; ".join(change.name for change in sent) or "none",
            "hold": after.hold.kind.value if after.hold else "",
            "desired": observation.desired if observation else 0,
            "running": observation.running if observation else 0,
            "standby_running": observation.standby.running if observation and observation.standby else 0,
            "cause": cause,
        },
    )
