"""The phases of mode `switch`: the service's own strategy goes on demand, and comes back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, assert_never

from spot_failover.domain import applied, spot
from spot_failover.domain.backoff import flapping
from spot_failover.domain.decision import (
    DRIFT,
    LEAVES,
    NOTHING_TO_PROTECT,
    TRYING_SPOT,
    WAITS_FOR_TASKS,
    Decision,
    Remark,
    arrived_on_demand,
    failed_restore,
    may_forget,
    may_try_again,
    tries_spot,
    waits,
    worth_waiting,
)
from spot_failover.domain.evidence import tally
from spot_failover.domain.record import Hold, HoldKind, Operation, Phase, Record
from spot_failover.domain.service import ROLLING_CONTROLLER, ROLLING_STRATEGY, Observation, Rollout

if TYPE_CHECKING:
    from datetime import datetime

    from spot_failover.domain.evidence import Evidence, Tally
    from spot_failover.domain.policy import Policy

_LET_GO = Decision(
    Phase.STEADY, "Someone else took Spot out of the service's strategy, so we let go of it.", let_go=True
)


def switch_phase(
    record: Record, observation: Observation, evidence: list[Evidence], policy: Policy, now: datetime
) -> Decision:
    """Decide where a service of this mode stands now."""
    window = timedelta(seconds=policy.thresholds.window_seconds)
    counted = tally(evidence, since=max(record.since, now - window), now=now)
    match record.phase:
        case Phase.STEADY:
            return _steady(record, observation, counted, policy, now)
        case Phase.FAILING_OVER:
            calm = timedelta(seconds=policy.restore.window_seconds)
            heard = tally(evidence, since=now - calm, now=now)
            return _failing_over(record, observation, counted, heard, policy, now)
        case Phase.ON_DEMAND:
            return _on_demand(record, observation, counted, policy, now)
        case Phase.RESTORING:
            failure = spot.spot_failure(observation, counted, policy.thresholds)
            if failure and observation.strategy.uses_spot:
                return failed_restore(
                    record, Phase.FAILING_OVER, failure, policy, now, trigger=counted.latest
                )
            return _restoring(record, observation, evidence, policy, now)
        case _:
            assert_never(record.phase)


def _steady(
    record: Record, observation: Observation, counted: Tally, policy: Policy, now: datetime
) -> Decision:
    if record.leaving:
        return Decision(Phase.STEADY, LEAVES, forget=may_forget(record, now))
    if not observation.strategy.uses_spot:
        return Decision(Phase.STEADY, NOTHING_TO_PROTECT)
    failure = spot.spot_failure(observation, counted, policy.thresholds)
    if failure is None:
        return Decision(Phase.STEADY, spot.seen(observation, counted))
    if record.operation is Operation.DRAIN:
        return Decision(Phase.STEADY, f"{failure} Nothing is done: the service is being drained.")
    if counted.on_demand_shortages and spot.healthy_tasks(observation, counted):
        reason = f"{failure} On-demand capacity is short too, so what runs on Spot is kept."
        return Decision(Phase.STEADY, reason, hold=Hold(HoldKind.BLOCKED, reason, Phase.STEADY))
    attempt = record.attempt + 1 if flapping(record, policy.restore, now) else 0
    return Decision(Phase.FAILING_OVER, failure, trigger=counted.latest, attempt=attempt)


def _failing_over(
    record: Record, observation: Observation, counted: Tally, heard: Tally, policy: Policy, now: datetime
) -> Decision:
    served = spot.is_served(observation, counted)
    if observation.strategy.uses_spot or applied.failed(record.applied, observation):
        if observation.strategy.uses_spot and served and record.applied is None and not record.drilled:
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
    overdue = now - record.since >= timedelta(seconds=policy.failover.timeout_seconds)
    short = running < observation.desired and counted.on_demand_shortages
    if overdue and short and not heard.errors and may_try_again(record, policy, now):
        return Decision(Phase.RESTORING, TRYING_SPOT, attempt=record.attempt + 1)
    if primary is None or running < observation.desired or primary.rollout is Rollout.IN_PROGRESS:
        return Decision(
            Phase.FAILING_OVER,
            f"Moving to on-demand: {running} of {observation.desired} on-demand tasks are running.",
        )
    return arrived_on_demand(record, f"All {observation.desired} tasks run on demand.", policy, now)


def _on_demand(
    record: Record, observation: Observation, counted: Tally, policy: Policy, now: datetime
) -> Decision:
    if observation.strategy.uses_spot:
        return Decision(
            Phase.RESTORING,
            "Someone else put the service back on Spot; it is now watched like a restore of ours.",
        )
    if not applied.is_ours(record, observation.strategy):
        return _LET_GO
    wait = waits(record, policy, now)
    if wait and not counted.restore_asked:
        return Decision(Phase.ON_DEMAND, wait)
    primary = observation.primary
    if primary is None or primary.rollout is Rollout.IN_PROGRESS:
        return Decision(Phase.ON_DEMAND, "A restore is due, and waits for the rollout that is in progress.")
    if primary.short and primary.rollout is Rollout.FAILED:
        reason = "A restore is due, and waits: the service's last deployment failed. Deploy one that works."
        return Decision(Phase.ON_DEMAND, reason, hold=Hold(HoldKind.BLOCKED, reason, Phase.ON_DEMAND))
    if observation.running < observation.desired and worth_waiting(record, policy, now):
        return Decision(Phase.ON_DEMAND, WAITS_FOR_TASKS)
    return tries_spot(counted)


def _restoring(
    record: Record, observation: Observation, evidence: list[Evidence], policy: Policy, now: datetime
) -> Decision:
    primary = observation.primary
    if primary is None or not observation.strategy.uses_spot:
        if not applied.superseded(record.applied, observation, now):
            return Decision(Phase.RESTORING, record.reason)
        if applied.is_ours(record, observation.strategy):
            return failed_restore(record, Phase.ON_DEMAND, "ECS took the Spot deployment back.", policy, now)
        return _LET_GO
    if primary.rollout is Rollout.FAILED and primary.short:
        return failed_restore(record, Phase.FAILING_OVER, "ECS gave the Spot deployment up.", policy, now)
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
        return failed_restore(record, Phase.FAILING_OVER, reason, policy, now)
    counted = tally(evidence, since=max(began, now - window), now=now)
    if not spot.verified(observation.strategy, observation, counted, policy.restore):
        return Decision(
            Phase.RESTORING, f"Spot runs, but has not been calm enough yet: {spot.seen(observation, counted)}"
        )
    return Decision(
        Phase.STEADY,
        f"Spot has held for {window.total_seconds():.0f} s: "
        f"{observation.running} of {observation.desired} tasks are running.",
    )


def switch_remarks(observation: Observation, phase: Phase) -> list[Remark]:
    """Return what is odd about a service that no failover of ours keeps on demand."""
    if phase is not Phase.STEADY or not observation.strategy.spares_spot:
        return []
    reason = (
        "The service's strategy names FARGATE_SPOT with weight 0, as a failover leaves it, and no failover "
        "is on record: someone took Spot out, or the state table was put back to before a failover. It stays "
        "on demand. Give it its own strategy again, or unregister it."
    )
    return [Remark(DRIFT, reason)]


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
