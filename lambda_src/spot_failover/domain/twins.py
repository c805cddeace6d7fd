"""The phases of the modes `standby` and `backfill`: an on-demand twin serves while Spot does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, assert_never

from spot_failover.domain import spot
from spot_failover.domain.backoff import flapping, kept_until
from spot_failover.domain.counts import Side, demand_of, in_window, missing, sides, tried_since
from spot_failover.domain.decision import (
    DRIFT,
    LEAVES,
    NOTHING_TO_PROTECT,
    WAITS_FOR_TASKS,
    Decision,
    Remark,
    arrived_on_demand,
    failed_restore,
    may_forget,
    tries_spot,
    waits,
    worth_waiting,
)
from spot_failover.domain.evidence import tally
from spot_failover.domain.policy import Mode
from spot_failover.domain.record import Operation, Phase, Record
from spot_failover.domain.service import ROLLING_STRATEGY, Observation

if TYPE_CHECKING:
    from datetime import datetime

    from spot_failover.domain.evidence import Evidence, Tally
    from spot_failover.domain.policy import Policy

STANDBY_DIFFERS = "Standby Differs"
CODE_DEPLOY = "CODE_DEPLOY"


def twin_phase(
    record: Record, observation: Observation, evidence: list[Evidence], policy: Policy, now: datetime
) -> Decision:
    """Decide where a service with a standby stands now."""
    if policy.mode is Mode.BACKFILL:
        return _backfill(record, observation, in_window(evidence, policy, now), policy, now)
    window = timedelta(seconds=policy.thresholds.window_seconds)
    counted = tally(evidence, since=max(record.since, now - window), now=now)
    own, twin = sides(record, observation, counted, now)
    match record.phase:
        case Phase.STEADY:
            return _steady(record, observation, counted, twin, policy, now)
        case Phase.FAILING_OVER:
            return _failing_over(record, observation, counted, own, twin, policy, now)
        case Phase.ON_DEMAND:
            return _on_demand(record, observation, counted, twin, policy, now)
        case Phase.RESTORING:
            return _restoring(record, observation, evidence, counted, own, policy, now)
        case _:
            assert_never(record.phase)


def standby_blocked(record: Record, observation: Observation, policy: Policy) -> str | None:
    """Say why the standby cannot stand in for this service, or None.

    Only before a failover: afterwards the tasks that run are worth more than the rules.
    """
    if record.phase is not Phase.STEADY:
        return None
    name = f'The standby "{policy.standby.service_name}"'
    twin = observation.standby
    if twin is None or not twin.active:
        return f"{name} does not exist in this cluster. Create it with desired count 0, or correct its name."
    if record.claimed != policy.standby.service_name:
        if twin.desired > policy.standby.reserve and record.held is None:
            return (
                f"{name} has desired count {twin.desired} already. Set it to {policy.standby.reserve} "
                "(standby.reserve), and it is taken on."
            )
        return f"{name} is another service's standby already. Give every service a standby of its own."
    if twin.strategy.uses_spot:
        return f"{name} uses FARGATE_SPOT itself. Give it FARGATE only."
    if observation.service_connect or twin.service_connect:
        return (
            "The service or its standby uses Service Connect, whose discovery names are unique in their "
            "namespace: two services cannot stand in for each other. Use mode switch."
        )
    for side, which in ((observation, "The service"), (twin, name)):
        blue_green = side.controller == CODE_DEPLOY or side.deployment_strategy != ROLLING_STRATEGY
        if blue_green and side.target_groups:
            deployed = CODE_DEPLOY if side.controller == CODE_DEPLOY else side.deployment_strategy
            return (
                f"{which} is deployed by {deployed}, which alternates its target groups: a twin may sit on "
                "the idle one. Use rolling deployments, or mode switch."
            )
    return None


def may_claim(record: Record, observation: Observation) -> bool:
    """Whether the standby is at rest, as it must be when it is taken on."""
    standby, twin = record.policy.standby, observation.standby
    if record.phase is not Phase.STEADY or twin is None or not twin.active:
        return False
    return record.claimed != standby.service_name and (
        twin.desired <= standby.reserve or record.held is not None
    )


def twin_remarks(record: Record, observation: Observation, phase: Phase, policy: Policy) -> list[Remark]:
    """Return what is odd about a service and its standby while all is well."""
    twin = observation.standby
    if phase is not Phase.STEADY or twin is None:
        return []
    remarks = []
    if record.held is None and twin.desired > policy.standby.reserve:
        name, reserve = policy.standby.service_name, policy.standby.reserve
        reason = (
            f'The standby "{name}" has desired count {twin.desired} in calm weather, and a reserve of '
            f"{reserve}. It is left as it is; lower it to save the rest."
        )
        if observation.desired == 0:
            reason = (
                f'The standby "{name}" serves alone, with desired count {twin.desired}, and no failover is '
                "on record: someone moved the tasks, or the state table was put back to before a failover. "
                f"Set the service's own desired count to {twin.desired}, and let its autoscaling go on if it "
                f"is suspended; only when its tasks run, set the standby's to {reserve}."
            )
        remarks.append(Remark(DRIFT, reason))
    differences = [
        what
        for what, ours, theirs in (
            ("subnets or security groups", observation.network, twin.network),
            ("target groups", observation.target_groups, twin.target_groups),
        )
        if ours != theirs
    ]
    if differences:
        reason = (
            f'The standby "{policy.standby.service_name}" differs from the service in its '
            f"{' and '.join(differences)}. Make them alike if it is to serve the same traffic."
        )
        remarks.append(Remark(STANDBY_DIFFERS, reason))
    return remarks


# --- standby ---


def _steady(
    record: Record, observation: Observation, counted: Tally, twin: Side, policy: Policy, now: datetime
) -> Decision:
    if record.leaving and record.held is None:
        return Decision(Phase.STEADY, LEAVES, forget=may_forget(record, now))
    if not observation.strategy.uses_spot:
        return Decision(Phase.STEADY, NOTHING_TO_PROTECT)
    standing_in = max(0, twin.healthy - policy.standby.reserve)
    failure = spot.spot_failure(observation, counted, policy.thresholds, standing_in)
    if failure is None:
        return Decision(Phase.STEADY, spot.seen(observation, counted))
    if record.operation is Operation.DRAIN or record.leaving:
        return Decision(Phase.STEADY, f"{failure} Nothing is done: the service is on its way out.")
    attempt = record.attempt + 1 if flapping(record, policy.restore, now) else 0
    return Decision(Phase.FAILING_OVER, failure, trigger=counted.latest, attempt=attempt)


def _failing_over(
    record: Record,
    observation: Observation,
    counted: Tally,
    own: Side,
    twin: Side,
    policy: Policy,
    now: datetime,
) -> Decision:
    demand = demand_of(record, observation)
    as_before = record.held is None and not record.drilled and not spot.rollout_is_short(observation)
    if as_before and own.healthy >= demand:
        return Decision(Phase.STEADY, "Spot recovered before anything was changed.", let_go=True)
    if twin.healthy >= demand and own.desired == 0:
        reason = f"All {demand} tasks run on demand, in the standby."
        return arrived_on_demand(record, reason, policy, now)
    overdue = now - record.since >= timedelta(seconds=policy.failover.timeout_seconds)
    if (counted.on_demand_shortages or overdue) and own.healthy >= demand and not counted.errors:
        reason = "The standby does not come up, and Spot serves again: Spot is kept, and watched."
        return Decision(Phase.RESTORING, reason)
    return Decision(
        Phase.FAILING_OVER,
        f"Moving to on-demand: {twin.healthy} of {demand} tasks run in the standby, {own.running} on Spot.",
    )


def _on_demand(
    record: Record, observation: Observation, counted: Tally, twin: Side, policy: Policy, now: datetime
) -> Decision:
    demand = demand_of(record, observation)
    if observation.standby is None or not observation.standby.active:
        return Decision(
            Phase.RESTORING, "The standby is gone, so all tasks are asked of the service itself again."
        )
    wait = waits(record, policy, now)
    if wait and not counted.restore_asked:
        return Decision(Phase.ON_DEMAND, wait)
    if twin.running < demand and worth_waiting(record, policy, now):
        return Decision(Phase.ON_DEMAND, WAITS_FOR_TASKS)
    return tries_spot(counted)


def _restoring(
    record: Record,
    observation: Observation,
    evidence: list[Evidence],
    counted: Tally,
    own: Side,
    policy: Policy,
    now: datetime,
) -> Decision:
    demand = demand_of(record, observation)
    failure = spot.spot_failure(observation, counted, policy.thresholds)
    standby = observation.standby
    can_go_back = standby is not None and standby.active
    if failure and can_go_back:
        return failed_restore(record, Phase.FAILING_OVER, failure, policy, now, trigger=counted.latest)
    span = timedelta(seconds=policy.restore.window_seconds)
    began = tried_since(record)
    overdue = now >= began + span
    if overdue and own.running < own.desired and can_go_back:
        reason = (
            f"Only {own.running} of {own.desired} Spot tasks run after {span.total_seconds():.0f} s "
            "(restore.window_seconds)."
        )
        return failed_restore(record, Phase.FAILING_OVER, reason, policy, now)
    if not overdue or own.desired < demand:
        reason = (
            f"Trying Spot with {own.desired} of {demand} tasks; it counts as restored once all have held for "
            f"{span.total_seconds():.0f} s."
        )
        return Decision(Phase.RESTORING, reason)
    lately = tally(evidence, since=max(began, now - span), now=now)
    # Old tasks serve while a rollout of the owners is stuck; they are on Spot like the new ones.
    if not spot.holds(observation.strategy, observation, lately, policy.restore):
        calm = spot.seen(observation, lately)
        return Decision(Phase.RESTORING, f"Spot runs, but has not been calm enough yet: {calm}")
    return Decision(
        Phase.STEADY,
        f"Spot has held for {span.total_seconds():.0f} s: {own.healthy} of {demand} tasks are running. "
        "The standby gives way.",
    )


# --- backfill ---


def _backfill(
    record: Record,
    observation: Observation,
    counted: Tally,
    policy: Policy,
    now: datetime,
) -> Decision:
    lacking = missing(record, observation, counted)
    feigned = counted.drill or counted.failover_asked
    fallen = lacking > 0 and lacking * 2 >= demand_of(record, observation) and not feigned
    if record.phase is Phase.STEADY:
        decision = _steady_backfill(record, observation, counted, lacking, now)
    else:
        decision = _backfilled(record, observation, counted, lacking, policy, now)
    return replace(decision, fallen=fallen, asked=counted.restore_asked)


def _backfilled(
    record: Record, observation: Observation, counted: Tally, lacking: int, policy: Policy, now: datetime
) -> Decision:
    demand = demand_of(record, observation)
    _, twin = sides(record, observation, counted, now)
    if not lacking and (twin.desired <= policy.standby.reserve or record.held is None):
        return Decision(Phase.STEADY, f"Spot holds all {demand} tasks again.")
    asked = counted.failover_asked
    lacks = asked.reason.rstrip(".") if asked else f"Spot lacks {lacking} of {demand} tasks"
    if twin.healthy < lacking:
        reason = f"{lacks}; on-demand tasks that run so far: {twin.healthy} of {lacking}."
        return Decision(Phase.FAILING_OVER, reason)
    if lacking:
        return Decision(Phase.ON_DEMAND, f"{lacks}; on-demand tasks that run: {twin.healthy}.")
    until = kept_until(record, policy.restore, now)
    if until and not counted.restore_asked:
        return Decision(
            Phase.ON_DEMAND,
            f"Spot has failed this service {len(record.falls)} times within a day, so half of its tasks stay "
            f"on demand until {until:%H:%M:%S} UTC.",
        )
    return Decision(Phase.ON_DEMAND, "Spot tasks are back; on-demand tasks go as they hold.")


def _steady_backfill(
    record: Record, observation: Observation, counted: Tally, lacking: int, now: datetime
) -> Decision:
    if record.leaving and record.held is None:
        return Decision(Phase.STEADY, LEAVES, forget=may_forget(record, now))
    if not observation.strategy.uses_spot:
        return Decision(Phase.STEADY, NOTHING_TO_PROTECT)
    if not lacking:
        return Decision(Phase.STEADY, spot.seen(observation, counted))
    asked = counted.failover_asked
    lacks = (
        asked.reason.rstrip(".")
        if asked
        else f"Spot lacks {lacking} of {demand_of(record, observation)} tasks"
    )
    if record.operation is Operation.DRAIN or record.leaving:
        return Decision(Phase.STEADY, f"{lacks}. Nothing is done: the service is on its way out.")
    reason = f"{lacks}: on-demand tasks take their place."
    return Decision(Phase.FAILING_OVER, reason, trigger=counted.latest)
