"""When a service moves from one phase to the next. This page is the rules; nothing here calls anything.

    steady -> failing_over -> on_demand -> restoring -> steady
                   ^--------------------------'   (a failed restore)

A decision is made anew at every pass from what ECS shows, what we recorded and what events told: it may be
made twice, late or after a crash, and comes out the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, assert_never

from spot_failover.domain import applied, spot
from spot_failover.domain.backoff import backoff, flapping, patience
from spot_failover.domain.evidence import tally
from spot_failover.domain.record import Hold, HoldKind, Phase, Record
from spot_failover.domain.service import ROLLING_CONTROLLER, ROLLING_STRATEGY, Observation, Rollout

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from spot_failover.domain.evidence import Evidence, Tally
    from spot_failover.domain.policy import Policy

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
    if observation is None:
        # One answer without the service is no proof, and what we saved is its only way back.
        unknown = "ECS does not know the service now. Nothing is changed until it shows it again."
        return Decision(record.phase, unknown, forget=_may_forget(record, now))
    if not observation.active:
        return _vanished(observation, record, now)
    if reason := blocked(observation):
        taken_off_spot = not observation.strategy.items
        phase = Phase.STEADY if taken_off_spot else record.phase
        hold = Hold(HoldKind.BLOCKED, reason, phase)
        return Decision(phase, reason, hold=hold, let_go=taken_off_spot, forget=_may_forget(record, now))
    decision = _decide(record, observation, list(evidence), policy, now)
    return _as_allowed(record, decision)


def _decide(
    record: Record, observation: Observation, evidence: list[Evidence], policy: Policy, now: datetime
) -> Decision:
    window = timedelta(seconds=policy.thresholds.window_seconds)
    counted = tally(evidence, since=max(record.since, now - window), now=now)
    match record.phase:
        case Phase.STEADY:
            return _steady(record, observation, counted, policy, now)
        case Phase.FAILING_OVER:
            return _failing_over(record, observation, counted, policy, now)
        case Phase.ON_DEMAND:
            return _on_demand(record, observation, now)
        case Phase.RESTORING:
            failure = spot.spot_failure(observation, counted, policy.thresholds)
            if failure and observation.strategy.uses_spot:
                return _failed_restore(
                    record, Phase.FAILING_OVER, failure, policy, now, trigger=counted.latest
                )
            return _restoring(record, observation, evidence, policy, now)
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
    attempt = record.attempt + 1 if flapping(record, policy.restore, now) else 0
    return Decision(Phase.FAILING_OVER, failure, trigger=counted.latest, attempt=attempt)


def _failing_over(
    record: Record, observation: Observation, counted: Tally, policy: Policy, now: datetime
) -> Decision:
    served = spot.is_served(observation, counted)
    if observation.strategy.uses_spot or applied.failed(record.applied, observation):
        if observation.strategy.uses_spot and served and record.applied is None and not _is_drill(record):
            return Decision(Phase.STEADY, "Spot recovered before anything was changed.", let_go=True)
        if applied.given_up(record.applied, observation, now):
            if observation.strategy.uses_spot and served:
                return Decision(
                    Phase.RESTORING, "ECS went back to Spot, where all tasks run; it is now watched."
                )
            reason = (
                "ECS took the on-demand deployment back twice: its tasks do not start on FARGATE either. "
                "Look at the service's events and stopped tasks; it is tried again every ten minutes."
            )
            return Decision(
                Phase.FAILING_OVER, reason, hold=Hold(HoldKind.BLOCKED, reason, Phase.FAILING_OVER)
            )
        return Decision(Phase.FAILING_OVER, record.reason)
    primary = observation.primary
    running = primary.running if primary else 0
    if primary is None or running < observation.desired or primary.rollout is Rollout.IN_PROGRESS:
        return Decision(
            Phase.FAILING_OVER,
            f"Moving to on-demand: {running} of {observation.desired} on-demand tasks are running.",
        )
    not_before = now + backoff(record, policy.restore, now)
    return Decision(
        Phase.ON_DEMAND,
        f"All {observation.desired} tasks run on demand. {patience(record.attempt, not_before, now)}",
        not_before=not_before,
    )


def _is_drill(record: Record) -> bool:
    return record.event is not None and record.event.drill


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
    primary = observation.primary
    if primary is None or primary.rollout is Rollout.IN_PROGRESS:
        return Decision(Phase.ON_DEMAND, "A restore is due, and waits for the rollout that is in progress.")
    if primary.short:
        reason = "A restore is due, and waits: the service's last deployment failed. Deploy one that works."
        return Decision(Phase.ON_DEMAND, reason, hold=Hold(HoldKind.BLOCKED, reason, Phase.ON_DEMAND))
    if observation.running < observation.desired:
        return Decision(Phase.ON_DEMAND, "A restore is due, and waits until all on-demand tasks run.")
    return Decision(
        Phase.RESTORING, "The backoff is over: trying Spot again, on-demand tasks stay until Spot's run."
    )


def _restoring(
    record: Record, observation: Observation, evidence: list[Evidence], policy: Policy, now: datetime
) -> Decision:
    primary = observation.primary
    if primary is None or not observation.strategy.uses_spot:
        if not applied.superseded(record.applied, observation, now):
            return Decision(Phase.RESTORING, record.reason)
        if applied.is_ours(record, observation.strategy):
            return _failed_restore(record, Phase.ON_DEMAND, "ECS took the Spot deployment back.", policy, now)
        return Decision(
            Phase.STEADY,
            "Someone else took Spot out of the service's strategy, so we let go of it.",
            let_go=True,
        )
    if primary.rollout is Rollout.FAILED and primary.short:
        return _failed_restore(record, Phase.FAILING_OVER, "ECS gave the Spot deployment up.", policy, now)
    # The window begins with the deployment: a call may have gone out late, and owners deploy when they like.
    window = timedelta(seconds=policy.restore.window_seconds)
    began = max(record.since, primary.created_at)
    if now < began + window:
        reason = f"Trying Spot; it counts as restored once it has held for {window.total_seconds():.0f} s."
        return Decision(Phase.RESTORING, reason)
    if primary.short and primary.rollout is Rollout.IN_PROGRESS:
        reason = (
            f"Only {primary.running} of {primary.desired} tasks of the Spot deployment run after "
            f"{window.total_seconds():.0f} s (restore.window_seconds; raise it if rollouts take longer)."
        )
        return _failed_restore(record, Phase.FAILING_OVER, reason, policy, now)
    counted = tally(evidence, since=max(began, now - window), now=now)
    if not spot.verified(observation.strategy, observation, counted, policy.restore):
        return Decision(
            Phase.RESTORING, f"Spot runs, but has not been calm enough yet: {_calm(observation, counted)}"
        )
    return Decision(
        Phase.STEADY,
        f"Spot has held for {window.total_seconds():.0f} s: "
        f"{observation.running} of {observation.desired} tasks are running.",
    )


def _failed_restore(
    record: Record, phase: Phase, reason: str, policy: Policy, now: datetime, trigger: Evidence | None = None
) -> Decision:
    later = replace(record, attempt=record.attempt + 1)
    not_before = now + backoff(later, policy.restore, now) if phase is Phase.ON_DEMAND else None
    told = f"The restore failed and is taken back: {reason}"
    if not_before:
        told = f"{told} {patience(later.attempt, not_before, now)}"
    return Decision(phase, told, trigger=trigger, attempt=later.attempt, not_before=not_before)


def _vanished(observation: Observation, record: Record, now: datetime) -> Decision:
    reason = (
        f"The service is {observation.status} in ECS. Its registration is kept; a new service of this name "
        "starts clean."
    )
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


def _calm(observation: Observation, counted: Tally) -> str:
    failed = f", {counted.errors} Spot failures in the window" if counted.errors else ""
    return f"{observation.running} of {observation.desired} tasks are running{failed}."
