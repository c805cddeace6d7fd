"""The record as it is saved with a decision."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from spot_failover.domain.applied import LAG, adopted
from spot_failover.domain.backoff import within_a_day
from spot_failover.domain.counts import demand_of
from spot_failover.domain.policy import Mode
from spot_failover.domain.record import Applied, Held, Original, Phase, Record

if TYPE_CHECKING:
    from datetime import datetime

    from spot_failover.domain.decision import Decision
    from spot_failover.domain.service import Observation

# What someone else takes back this soon after we changed it, configuration is likely to take back every time.
SOON = timedelta(hours=1)


def current(record: Record, observation: Observation | None, now: datetime) -> Record:
    """Return the record to decide from: started afresh where the service was deleted and created again."""
    record = as_begun(record)
    if observation is None:
        return record
    if record.service_created_at == observation.created_at:
        record = _put_to_rest(adopted(record, observation), observation, now)
        return _confirmed(asked_for(record, observation, now), observation, now)
    known = record if record.service_created_at is None else record.fresh(now)
    held = replace(known.held, spot=observation.desired) if known.held else None
    return replace(known, service_created_at=observation.created_at, held=held)


def as_begun(record: Record) -> Record:
    """Return the record with the policy to go by: what was begun in one mode is ended in it."""
    policy, config = record.policy, record.config
    if config is None or (record.phase is Phase.STEADY and record.held is None):
        return record
    if policy.mode is config.mode and policy.standby.service_name == config.standby:
        return record
    standby = replace(policy.standby, service_name=config.standby)
    return replace(record, policy=replace(policy, mode=config.mode, standby=standby))


def asked_for(record: Record, observation: Observation, now: datetime) -> Record:
    """Follow the counts that users and autoscaling set while we hold them: they are the demand.

    Only what differs from our own last change, answered and old enough to be shown, is someone else's; more
    than we ever asked for is so at once. In the middle of a change a smaller count may come from autoscaling
    that sees both services share the load: there, only more counts.
    """
    held = record.held
    if held is None:
        return replace(record, demand=None)
    if record.demand is None or not observation.active:
        return record
    reserve = record.policy.standby.reserve
    shown = _shown(held, observation)
    more = max(shown.spot, shown.standby)
    if more > max(record.demand, held.spot, held.standby, reserve):
        # More than we ever asked for is someone's wish, whatever has become of our own call.
        return replace(record, demand=more, held=shown)
    if not held.confirmed or now < held.at + LAG:
        return record
    if shown == held:
        return record
    demand = record.demand
    # Terraform has the standby at rest: that it puts it there is no wish to serve nobody.
    if shown.standby != held.standby and shown.standby > reserve:
        demand = shown.standby if record.phase is Phase.ON_DEMAND else max(demand, shown.standby)
    if shown.spot != held.spot:
        # A scalable target keeps the count within its limits, which says little about the demand.
        exact = record.phase in {Phase.STEADY, Phase.ON_DEMAND} and record.scaling is None
        demand = shown.spot if exact else max(demand, shown.spot)
    return replace(record, demand=demand, held=shown)


def moved(record: Record, decision: Decision, observation: Observation | None, now: datetime) -> Record:
    """Return the record as it is to be saved with this decision."""
    entered = replace(
        _settled(record, observation, now),
        reason=decision.reason,
        hold=decision.hold,
        told=frozenset(remark.kind for remark in decision.remarks),
        restores=within_a_day(record.restores, now),
        failovers=_failovers(record, now),
        falls=_falls(record, decision, now),
        fallen=decision.fallen,
        undone_at=_undone_at(record, decision, now),
    )
    if decision.attempt is not None:
        entered = replace(entered, attempt=decision.attempt)
    if decision.phase is record.phase and not decision.let_go:
        return entered
    entered = replace(entered, phase=decision.phase, since=now, applied=None, not_before=decision.not_before)
    if decision.let_go:
        put_back = entered.put_back if observation and observation.active else None
        return replace(entered, config=None, event=None, put_back=put_back, since=record.since)
    if decision.phase is Phase.STEADY:
        # While counts are still held, what was begun in one mode is to be ended in it.
        config = entered.config if entered.held else None
        return replace(entered, config=config, event=None, restored_at=now)
    if decision.starts_restore:
        entered = replace(entered, restores=(*entered.restores, now))
    if record.phase is Phase.STEADY and decision.phase is Phase.FAILING_OVER:
        entered = replace(entered, failovers=(*entered.failovers, now))
    if decision.trigger:
        entered = replace(entered, event=decision.trigger)
    if observation and decision.phase in {Phase.FAILING_OVER, Phase.RESTORING}:
        entered = _with_original(entered, observation)
    if (
        record.policy.mode is Mode.SWITCH
        and observation
        and observation.primary
        and decision.phase is Phase.RESTORING
        and observation.strategy.uses_spot
    ):
        # Nothing for us to send: we watch a deployment that is there, and would see it taken back.
        watched = Applied("", now, replaces="", deployment=observation.primary.id)
        entered = replace(entered, applied=watched)
    return entered


def _failovers(record: Record, now: datetime) -> tuple[datetime, ...]:
    """Return the failovers of the day, and the one that lasts, however long ago it began."""
    lasts = () if record.phase is Phase.STEADY else record.failovers[-1:]
    return within_a_day(record.failovers, now) or lasts


def _falls(record: Record, decision: Decision, now: datetime) -> tuple[datetime, ...]:
    """Return the day's falls; who asks for Spot again knows of those before, and wants them forgotten."""
    falls = within_a_day(record.falls, now)
    kept = tuple(at for at in falls if at > decision.asked.time) if decision.asked else falls
    return (*kept, now) if decision.fallen and not record.fallen else kept


def _put_to_rest(record: Record, observation: Observation, now: datetime) -> Record:
    """Note that someone else has put the standby to rest soon after we raised it."""
    held, twin = record.held, observation.standby
    # While both services share the load, the standby's own autoscaling may do it.
    if held is None or twin is None or record.phase not in {Phase.FAILING_OVER, Phase.ON_DEMAND}:
        return record
    at_rest = twin.desired <= record.policy.standby.reserve < held.standby
    soon = held.confirmed and held.at + LAG <= now <= held.at + SOON
    return replace(record, undone_at=now) if at_rest and soon else record


def _undone_at(record: Record, decision: Decision, now: datetime) -> datetime | None:
    """Return when someone else last put Spot back soon after a failover: now, if they just did."""
    by_others = decision.phase is Phase.RESTORING and not decision.starts_restore
    of_switch = record.policy.mode is Mode.SWITCH and record.phase is Phase.ON_DEMAND
    return now if of_switch and by_others and now - record.since <= SOON else record.undone_at


def _with_original(entered: Record, observation: Observation) -> Record:
    """Save what is there unless we have it: a newer Spot strategy is the owners' last word."""
    shown = observation.strategy
    if entered.policy.mode is Mode.STANDBY:
        entered = replace(entered, demand=demand_of(entered, observation))
    if shown.uses_spot and not (entered.config and shown.same_as(entered.config.strategy)):
        on_demand = shown.on_demand(entered.policy.failover.on_demand_weight)
        original = Original(
            shown,
            on_demand,
            observation.desired,
            observation.rolling,
            entered.policy.mode,
            entered.policy.standby.service_name,
        )
        entered = replace(entered, config=original)
    if entered.policy.mode is Mode.SWITCH and observation.rolling != observation.rolling.without_loss():
        entered = replace(entered, put_back=observation.rolling)
    return entered


def _settled(record: Record, observation: Observation | None, now: datetime) -> Record:
    """Let go of counts that are as they were, and of rolling settings once they are back, or others are."""
    record = _released(record, observation, now)
    if (
        record.put_back is None
        or observation is None
        or record.phase in {Phase.FAILING_OVER, Phase.RESTORING}
    ):
        return record
    if observation.rolling == record.put_back.without_loss():
        return record
    return replace(record, put_back=None)


def _confirmed(record: Record, observation: Observation, now: datetime) -> Record:
    """Learn what became of calls whose answers were lost: what ECS shows after a while is what is.

    Where that is more than the demand, and not what we sent, someone asks for more.
    """
    held = record.held
    if held is None or held.confirmed or now < held.at + LAG:
        return record
    shown = _shown(held, observation)
    theirs = shown.spot if shown.spot != held.spot else 0
    demand = record.demand if record.demand is None else max(record.demand, theirs)
    return replace(record, demand=demand, held=replace(shown, confirmed=True))


def _shown(held: Held, observation: Observation) -> Held:
    """Return what we hold as if it were the counts that ECS shows."""
    standby = observation.standby.desired if observation.standby else held.standby
    return replace(held, spot=observation.desired, standby=standby)


def _released(record: Record, observation: Observation | None, now: datetime) -> Record:
    """Hold no counts in calm weather, once both services are where they belong."""
    if record.phase is not Phase.STEADY or observation is None:
        return record
    held = record.held
    if held is None:
        return replace(record, demand=None)
    if now < held.at + LAG and _shown(held, observation) != held:
        return record
    at_rest = observation.standby is None or observation.standby.desired <= record.policy.standby.reserve
    if not held.confirmed or not at_rest or observation.desired != demand_of(record, observation):
        return record
    return replace(record, held=None, demand=None, config=None)
