"""When a service moves from one phase to the next. Nothing here calls anything.

    steady -> failing_over -> on_demand -> restoring -> steady
                   ^--------------------------'   (a failed restore)

A decision is made anew at every pass from what ECS shows, what we recorded and what events told: it may be
made twice, late or after a crash, and comes out the same.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, assert_never

from spot_failover.domain.counts import in_window
from spot_failover.domain.decision import Decision, Remark, may_forget
from spot_failover.domain.policy import Mode
from spot_failover.domain.record import Hold, HoldKind, Phase, Record
from spot_failover.domain.switch import blocked, switch_phase, switch_remarks
from spot_failover.domain.twins import standby_blocked, twin_phase, twin_remarks

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from spot_failover.domain.evidence import Evidence
    from spot_failover.domain.policy import Policy
    from spot_failover.domain.service import Observation

ON_DEMAND_SHORTAGE = "On Demand Shortage"
FAILOVER_OVERDUE = "Failover Overdue"


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
        # What saved its way back is kept for an hour, though it is unregistered.
        doubt = timedelta() if record.phase is Phase.STEADY else timedelta(hours=1)
        return Decision(record.phase, unknown, forget=may_forget(record, now - doubt))
    if not observation.active:
        return _vanished(observation, record, now)
    rows = list(evidence)
    match policy.mode:
        case Mode.SWITCH:
            decision = _switch(record, observation, rows, policy, now)
        case Mode.STANDBY | Mode.BACKFILL:
            decision = _twin(record, observation, rows, policy, now)
        case _:
            assert_never(policy.mode)
    remarks = _remarks(record, observation, rows, policy, decision, now)
    return _as_allowed(record, replace(decision, remarks=remarks), now)


def _switch(
    record: Record, observation: Observation, evidence: list[Evidence], policy: Policy, now: datetime
) -> Decision:
    reason = blocked(observation)
    if reason is None:
        return switch_phase(record, observation, evidence, policy, now)
    taken_off_spot = not observation.strategy.items
    phase = Phase.STEADY if taken_off_spot else record.phase
    hold = Hold(HoldKind.BLOCKED, reason, phase)
    return Decision(phase, reason, hold=hold, let_go=taken_off_spot, forget=may_forget(record, now))


def _twin(
    record: Record, observation: Observation, evidence: list[Evidence], policy: Policy, now: datetime
) -> Decision:
    reason = standby_blocked(record, observation, policy)
    if reason is None:
        return twin_phase(record, observation, evidence, policy, now)
    hold = Hold(HoldKind.BLOCKED, reason, record.phase)
    return Decision(record.phase, reason, hold=hold, forget=may_forget(record, now))


def _remarks(
    record: Record,
    observation: Observation,
    evidence: list[Evidence],
    policy: Policy,
    decision: Decision,
    now: datetime,
) -> tuple[Remark, ...]:
    """Return what people should hear of beside the phase."""
    remarks = []
    moves = decision.phase is not Phase.STEADY or decision.hold
    if moves and in_window(evidence, policy, now).on_demand_shortages:
        reason = (
            "On-demand capacity is short as well: ECS could not place on-demand tasks. Spot tasks that "
            "run are kept. Ask for a higher Fargate on-demand vCPU quota if this is the quota."
        )
        remarks.append(Remark(ON_DEMAND_SHORTAGE, reason))
    timeout = timedelta(seconds=policy.failover.timeout_seconds)
    goes_on = decision.phase is Phase.FAILING_OVER is record.phase and record.paused_at(now) is None
    if goes_on and now - record.since >= timeout:
        reason = (
            f"The failover is not over after {policy.failover.timeout_seconds} s "
            f"(failover.timeout_seconds). Nothing is undone, and it goes on: {decision.reason}"
        )
        remarks.append(Remark(FAILOVER_OVERDUE, reason))
    if policy.mode is Mode.SWITCH:
        remarks += switch_remarks(observation, decision.phase)
    else:
        remarks += twin_remarks(record, observation, decision.phase, policy)
    return tuple(remarks)


def _vanished(observation: Observation, record: Record, now: datetime) -> Decision:
    reason = (
        f"The service is {observation.status} in ECS. Its registration is kept; a new service of this name "
        "starts clean."
    )
    return Decision(Phase.STEADY, reason, let_go=True, forget=may_forget(record, now))


def _as_allowed(record: Record, decision: Decision, now: datetime) -> Decision:
    """Under dry run or a pause nothing moves: the decision becomes a hold that says what would happen.

    A policy that is unregistered cannot be changed any more, so a service under its dry run may leave; a
    pause can be ended.
    """
    if not record.hands_off(now) or decision.hold:
        return decision
    if decision.phase is record.phase and decision.phase in {Phase.STEADY, Phase.ON_DEMAND}:
        return decision
    pause = record.paused_at(now)
    kind, why = (HoldKind.PAUSED, f"{pause.sentence} N") if pause else (HoldKind.DRY_RUN, "Dry run, n")
    told = f"{why}othing was changed. The service would go to {decision.phase}: {decision.reason}"
    return replace(
        Decision(record.phase, told, hold=Hold(kind, told, decision.phase)),
        trigger=decision.trigger,
        remarks=decision.remarks,
        forget=pause is None and record.policy.dry_run and may_forget(record, now),
    )
