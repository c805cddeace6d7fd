"""The record as it is saved with a decision."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from spot_failover.domain.applied import adopted
from spot_failover.domain.record import Applied, Original, Phase, Record

if TYPE_CHECKING:
    from datetime import datetime

    from spot_failover.domain.phases import Decision
    from spot_failover.domain.service import Observation


def current(record: Record, observation: Observation | None, now: datetime) -> Record:
    """Return the record to decide from: started afresh where the service was deleted and created again."""
    if observation is None:
        return record
    if record.service_created_at == observation.created_at:
        return adopted(record, observation)
    known = record if record.service_created_at is None else record.fresh(now)
    return replace(known, service_created_at=observation.created_at)


def moved(record: Record, decision: Decision, observation: Observation | None, now: datetime) -> Record:
    """Return the record as it is to be saved with this decision."""
    entered = replace(_settled(record, observation), reason=decision.reason, hold=decision.hold)
    if decision.attempt is not None:
        entered = replace(entered, attempt=decision.attempt)
    if decision.phase is record.phase and not decision.let_go:
        return entered
    entered = replace(entered, phase=decision.phase, since=now, applied=None, not_before=decision.not_before)
    if decision.let_go:
        return replace(entered, config=None, event=None, put_back=None, since=record.since)
    if decision.phase is Phase.STEADY:
        return replace(entered, config=None, event=None, restored_at=now)
    if decision.trigger:
        entered = replace(entered, event=decision.trigger)
    if observation and decision.phase in {Phase.FAILING_OVER, Phase.RESTORING}:
        entered = _with_original(entered, observation)
    if (
        observation
        and observation.primary
        and decision.phase is Phase.RESTORING
        and observation.strategy.uses_spot
    ):
        # Nothing for us to send: we watch a deployment that is there, and would see it taken back.
        watched = Applied("", now, replaces="", deployment=observation.primary.id)
        entered = replace(entered, applied=watched)
    return entered


def _with_original(entered: Record, observation: Observation) -> Record:
    """Save what is there unless we have it: a newer Spot strategy is the owners' last word."""
    shown = observation.strategy
    if shown.uses_spot and not (entered.config and shown.same_as(entered.config.strategy)):
        on_demand = shown.on_demand(entered.policy.failover.on_demand_weight)
        original = Original(shown, on_demand, observation.desired, observation.rolling)
        entered = replace(entered, config=original)
    if observation.rolling != observation.rolling.without_loss():
        entered = replace(entered, put_back=observation.rolling)
    return entered


def _settled(record: Record, observation: Observation | None) -> Record:
    """Stop putting rolling settings back once they are back, or once someone has chosen others."""
    if (
        record.put_back is None
        or observation is None
        or record.phase in {Phase.FAILING_OVER, Phase.RESTORING}
    ):
        return record
    if observation.rolling == record.put_back.without_loss():
        return record
    return replace(record, put_back=None)
