"""When a service moves from one phase to the next. This page is the rules; nothing here calls anything.

    steady -> failing_over -> on_demand -> restoring -> steady
                   ^--------------------------'   (a failed restore)

A decision is made anew at every pass from what ECS shows, what we recorded and what events told: it may be
made twice, late or after a crash, and comes out the same.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, assert_never

from spot_failover.domain import applied, spot
from spot_failover.domain.evidence import tally
from spot_failover.domain.record import Hold, HoldKind, Phase, Record
from spot_failover.domain.service import ROLLING_CONTROLLER, ROLLING_STRATEGY, Observation, Rollout

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from spot_failover.domain.evidence import Evidence, Tally
    from spot_failover.domain.policy import Policy, Restore

# A service that is unregistered and registered again within this time was only moved about in Terraform.
LEAVING_WAIT = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Decision:
    """What should be: the phase, a sentence why, and what goes into the record with it.

    trigger: the latest evidence behind a failover. attempt and not_before: the backoff from here on. let_go:
    forget what we saved, because someone else took the service off Spot. forget: the service has left, delete
    its record.
    """

    phase: Phase
    reason: str
    hold: Hold | None = None
    trigger: Evidence | None = None
    attempt: int | None = None
    not_before: datetime | None = None
    let_go: bool = False
    forget: bool = False


def next_phase(
    record: Record,
    observation: Observation | None,
    evidence: Iterable[Evidence],
    policy: Policy,
    now: datetime,
) -> Decision:
    """Decide where the service stands now.

    `evidence` reaches back over the policy's window, and `NOTICE + NOTICE_SLACK` more. `observation` is None
    where ECS knows no such service.
    """
    if observation is None or not observation.active:
        return _vanished(record, observation, now)
    if reason := blocked(observation):
        taken_off_spot = not observation.strategy.items
        phase = Phase.STEADY if taken_off_spot else record.phase
        hold = Hold(HoldKind.BLOCKED, reason, phase)
        return Decision(phase, reason, hold=hold, let_go=taken_off_spot, forget=_may_forget(record, now))
    since = max(record.since, now - timedelta(seconds=policy.thresholds.window_seconds))
    counted = tally(evidence, since=since, now=now)
    decision = _decide(record, observation, counted, policy, now)
    return _as_allowed(record, decision)


def _decide(
    record: Record, observation: Observation, counted: Tally, policy: Policy, now: datetime
) -> Decision:
    match record.phase:
        case Phase.STEADY:
            return _steady(record, observation, counted, policy, now)
        case Phase.FAILING_OVER:
            return _failing_over(record, observation, policy, now)
        case Phase.ON_DEMAND:
            return _on_demand(record, observation, now)
        case Phase.RESTORING:
            return _restoring(record, observation, counted, policy, now)
        case _:
            assert_never(record.phase)


def _steady(
    record: Record, observation: Observation, counted: Tally, policy: Policy, now: datetime
) -> Decision:
    if record.leaving:
        return Decision(Phase.STEADY, "The service is no longer registered.", forget=_may_forget(record, now))
    if not observation.strategy.uses_spot:
        return Decision(
            Phase.STEADY, "The service does not use Fargate Spot, so there is nothing to protect."
        )
    failure = spot.spot_failure(observation, counted, policy.thresholds)
    if failure is None:
        return Decision(Phase.STEADY, _calm(observation, counted))
    attempt = record.attempt + 1 if _flapping(record, policy.restore, now) else 0
    return Decision(Phase.FAILING_OVER, failure, trigger=counted.latest, attempt=attempt)


def _failing_over(record: Record, observation: Observation, policy: Policy, now: datetime) -> Decision:
    if observation.strategy.uses_spot:
        if applied.given_up(record.applied, observation, now):
            reason = (
                "ECS took the on-demand deployment back twice: its tasks do not start on FARGATE either. "
                "Look at the service's events and stopped tasks; a new deployment is tried again."
            )
            return Decision(
                Phase.FAILING_OVER, reason, hold=Hold(HoldKind.BLOCKED, reason, Phase.FAILING_OVER)
            )
        return Decision(Phase.FAILING_OVER, record.reason)
    primary = observation.primary
    if primary is None or primary.running < observation.desired:
        running = primary.running if primary else 0
        return Decision(
            Phase.FAILING_OVER,
            f"Moving to on-demand: {running} of {observation.desired} on-demand tasks are running.",
        )
    not_before = now + backoff(record, policy.restore, now)
    return Decision(
        Phase.ON_DEMAND,
        f"All {observation.desired} tasks run on demand. {_patience(record.attempt, not_before, now)}",
        not_before=not_before,
    )


def _on_demand(record: Record, observation: Observation, now: datetime) -> Decision:
    if observation.strategy.uses_spot:
        return Decision(
            Phase.RESTORING,
            "Someone else put the service back on Spot; it is now watched like a restore of ours.",
        )
    if not applied.is_ours(record, observation.strategy):
        return Decision(
            Phase.STEADY,
            "Someone else took Spot out of the service's strategy, so we let go of it.",
            let_go=True,
        )
    if record.not_before and now < record.not_before:
        return Decision(Phase.ON_DEMAND, record.reason)
    if record.leaving and now < record.leaving + LEAVING_WAIT:
        return Decision(
            Phase.ON_DEMAND, "The service is no longer registered; it goes back to Spot in five minutes."
        )
    if observation.primary is None or observation.primary.rollout is not Rollout.COMPLETED:
        return Decision(Phase.ON_DEMAND, "A restore is due, and waits for the rollout that is in progress.")
    if observation.running < observation.desired:
        return Decision(Phase.ON_DEMAND, "A restore is due, and waits until all on-demand tasks run.")
    return Decision(
        Phase.RESTORING, "The backoff is over: trying Spot again, on-demand tasks stay until Spot's run."
    )


def _restoring(
    record: Record, observation: Observation, counted: Tally, policy: Policy, now: datetime
) -> Decision:
    if not observation.strategy.uses_spot:
        if not applied.superseded(record.applied, observation, now):
            return Decision(Phase.RESTORING, record.reason)
        if applied.is_ours(record, observation.strategy):
            return _failed_restore(
                record, Phase.ON_DEMAND, "ECS rolled the Spot deployment back.", policy, now
            )
        return Decision(
            Phase.STEADY,
            "Someone else took Spot out of the service's strategy, so we let go of it.",
            let_go=True,
        )
    if failure := spot.spot_failure(observation, counted, policy.thresholds):
        return _failed_restore(record, Phase.FAILING_OVER, failure, policy, now, trigger=counted.latest)
    window = policy.restore.window_seconds
    primary = observation.primary
    if now < record.since + timedelta(seconds=window):
        return Decision(
            Phase.RESTORING, f"Trying Spot; it counts as restored once it has held for {window} s."
        )
    if primary and primary.short and primary.rollout is not Rollout.COMPLETED:
        reason = (
            f"Only {primary.running} of {primary.desired} tasks of the Spot deployment run after {window} s "
            "(restore.window_seconds; raise it if rollouts of this service take longer)."
        )
        return _failed_restore(record, Phase.FAILING_OVER, reason, policy, now)
    if not spot.verified(observation.strategy, observation, counted, policy.restore):
        return Decision(
            Phase.RESTORING, f"Spot runs, but has not been calm enough yet: {_calm(observation, counted)}"
        )
    return Decision(
        Phase.STEADY,
        f"Spot has held for {window} s: {observation.running} of {observation.desired} tasks are running.",
    )


def _failed_restore(
    record: Record, phase: Phase, reason: str, policy: Policy, now: datetime, trigger: Evidence | None = None
) -> Decision:
    later = replace(record, attempt=record.attempt + 1)
    not_before = now + backoff(later, policy.restore, now) if phase is Phase.ON_DEMAND else None
    told = f"The restore failed and is taken back: {reason}"
    if not_before:
        told = f"{told} {_patience(later.attempt, not_before, now)}"
    return Decision(phase, told, trigger=trigger, attempt=later.attempt, not_before=not_before)


def _vanished(record: Record, observation: Observation | None, now: datetime) -> Decision:
    shown = "does not exist" if observation is None else f"is {observation.status}"
    reason = f"The service {shown} in ECS. Its registration is kept; a new service of this name starts clean."
    return Decision(Phase.STEADY, reason, let_go=True, forget=_may_forget(record, now))


def _may_forget(record: Record, now: datetime) -> bool:
    return record.leaving is not None and now >= record.leaving + LEAVING_WAIT


def blocked(observation: Observation) -> str | None:
    """Say why mode `switch` cannot change this service's strategy, or None."""
    if observation.controller != ROLLING_CONTROLLER:
        return (
            f"The service is deployed by {observation.controller}, which refuses to change a capacity "
            "provider strategy. Mode switch needs the ECS rolling deployment controller."
        )
    if observation.deployment_strategy != ROLLING_STRATEGY:
        return (
            f"The service's deployment strategy is {observation.deployment_strategy}. "
            "Mode switch works with ROLLING deployments only."
        )
    if not observation.strategy.items:
        launch_type = observation.launch_type or "unknown"
        return (
            f"The service uses launch type {launch_type} and no capacity provider strategy, so it "
            "never runs on Spot. Give it a strategy with FARGATE_SPOT, or unregister it."
        )
    return None


def _as_allowed(record: Record, decision: Decision) -> Decision:
    """Under dry run nothing moves: the decision becomes a hold that says what would happen."""
    if not record.dry_run or decision.hold:
        return decision
    if decision.phase is record.phase and decision.phase in {Phase.STEADY, Phase.ON_DEMAND}:
        return decision
    told = f"Dry run, nothing was changed. The service would go to {decision.phase}: {decision.reason}"
    return Decision(
        record.phase, told, hold=Hold(HoldKind.DRY_RUN, told, decision.phase), trigger=decision.trigger
    )


def backoff(record: Record, restore: Restore, now: datetime) -> timedelta:
    """Return how long to stay on demand: doubled with every attempt, ±50 % by id and time."""
    seconds = min(restore.backoff_seconds * 2 ** min(record.attempt, 32), restore.max_backoff_seconds)
    # Not for secrets: the jitter only keeps services from trying Spot in step, and must be the same when a
    # pass is repeated.
    jitter = random.Random(f"{record.id.key} {now.isoformat()}").uniform(0.5, 1.5)  # noqa: S311
    return timedelta(seconds=seconds * jitter)


def _flapping(record: Record, restore: Restore, now: datetime) -> bool:
    return record.restored_at is not None and now - record.restored_at < timedelta(
        seconds=restore.max_backoff_seconds
    )


def _patience(attempt: int, not_before: datetime, now: datetime) -> str:
    seconds = (not_before - now).total_seconds()
    wait = f"Spot is tried again in {seconds:.0f} s ({not_before:%H:%M:%S} UTC)"
    if attempt == 0:
        return f"{wait}."
    return f"{wait}; Spot has failed this service {attempt + 1} times in a row, so it stays on demand longer."


def _calm(observation: Observation, counted: Tally) -> str:
    failed = f", {counted.errors} Spot failures in the window" if counted.errors else ""
    return f"{observation.running} of {observation.desired} tasks are running{failed}."
