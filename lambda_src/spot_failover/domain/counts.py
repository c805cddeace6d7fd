"""How many tasks a service and its standby should run: one rule for the modes `standby` and `backfill`.

A count is raised at once. It is lowered only so far that, whichever tasks ECS stops (which is not
documented), both services together keep min(demand, what is healthy now).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from spot_failover.domain.applied import LAG
from spot_failover.domain.backoff import kept_until
from spot_failover.domain.evidence import EvidenceKind, Tally, tally
from spot_failover.domain.policy import Mode
from spot_failover.domain.record import Operation, Phase, Record
from spot_failover.domain.spot import healthy_tasks, running_tasks

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from spot_failover.domain.evidence import Evidence
    from spot_failover.domain.policy import Policy
    from spot_failover.domain.service import Observation

# A Spot task that was placed this recently says that a surge may find capacity.
PLACED_LATELY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Counts:
    """Desired counts: of the protected service, and of its standby (0 where there is none)."""

    spot: int
    standby: int = 0


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two services.

    healthy: tasks to be counted on, whatever ECS still stops. settled: ECS has chosen which tasks to stop for
    the last change. sent: our last count, where ECS does not show it yet; answered: whether it took that.
    """

    desired: int
    running: int
    healthy: int
    settled: bool = True
    sent: int | None = None
    answered: bool = False

    def towards(self, wanted: int, *, other: int, demand: int) -> int:
        """Return the count to set on the way to `wanted`, where the other side has `other` healthy tasks."""
        if self.sent is not None:
            return self._beyond(self.sent, wanted)
        if wanted >= self.desired:
            return wanted
        if other >= demand:
            return wanted
        if not self.settled:
            return self.desired
        if self.running == 0:
            return wanted
        surplus = max(0, self.healthy + other - demand)
        return max(wanted, self.desired - surplus)

    def _beyond(self, sent: int, wanted: int) -> int:
        """Raise only, and above what was sent: less would take tasks from a service that has that already."""
        if wanted > sent:
            return wanted
        return self.desired if self.answered or wanted <= self.desired else sent


def demand_of(record: Record, observation: Observation) -> int:
    """Return how many tasks users and autoscaling ask for."""
    return observation.desired if record.demand is None else record.demand


def canary(demand: int, policy: Policy) -> int:
    """Return how many Spot tasks are tried first: the share asked for, but enough to be a sample."""
    share = math.ceil(demand * policy.restore.canary_percent / 100)
    return min(demand, max(share, policy.restore.min_samples))


def sides(record: Record, observation: Observation, counted: Tally, now: datetime) -> tuple[Side, Side]:
    """Return the protected service and its standby, which is empty where there is none."""
    held, standby = record.held, observation.standby
    own = _side(
        observation,
        healthy_tasks(observation, counted),
        held.spot if held else None,
        record,
        now,
    )
    if standby is None:
        return own, Side(0, 0, 0)
    healthy = standby.running if standby.held is None else min(standby.running, standby.held)
    return own, _side(standby, healthy, held.standby if held else None, record, now)


def missing(record: Record, observation: Observation, counted: Tally) -> int:
    """Return how many tasks Spot owes the service, as mode `backfill` counts them.

    A task is missing from its notice on. Others that do not run are only starting, unless something in the
    window says that Spot fails; once on-demand tasks stand in, all are owed until they run. A drill counts as
    one task, an operator's command to fail over as all. `counted` is the evidence of the whole window,
    whatever phase it came in.
    """
    demand = demand_of(record, observation)
    if counted.failover_asked:
        return demand
    absent = max(0, demand - running_tasks(observation, counted))
    fails = counted.errors or counted.deficits >= record.policy.thresholds.silent_surveys
    fails = fails or record.phase is not Phase.STEADY
    lacking = absent if fails else min(absent, counted.noticed)
    return min(demand, max(lacking, 1)) if counted.drill else lacking


def is_ambiguous(
    record: Record, observation: Observation, evidence: Iterable[Evidence], now: datetime
) -> bool:
    """Whether only a look at the tasks tells how many are missing.

    ECS may have dropped a noticed task from its running count before its next event tells so: two that are
    gone look like two gone and two more going.
    """
    counted = in_window(evidence, record.policy, now)
    return counted.noticed > 0 and observation.running < observation.desired and observation.up is None


def in_window(evidence: Iterable[Evidence], policy: Policy, now: datetime) -> Tally:
    """Count the evidence of the thresholds' window, whatever phase it came in."""
    window = timedelta(seconds=policy.thresholds.window_seconds)
    return tally(evidence, since=now - window, now=now)


def tried_since(record: Record) -> datetime:
    """Return since when a restore has tried Spot with the count that is held now."""
    began = record.held.spot_at if record.held else None
    return max(record.since, began or record.since)


def counts(
    phase: Phase,
    record: Record,
    observation: Observation,
    evidence: list[Evidence],
    now: datetime,
) -> Counts:
    """Return the counts to set now, on the way to what the phase wants."""
    demand = demand_of(record, observation)
    counted = in_window(evidence, record.policy, now)
    own, twin = sides(record, observation, counted, now)
    spot = own.towards(
        _of_spot(phase, record, observation, evidence, own, twin, now), other=twin.healthy, demand=demand
    )
    if observation.standby is None:
        return Counts(spot)
    wanted = _of_standby(phase, record, observation, counted, own, now)
    # What is lowered here in the same pass is not counted on there.
    kept = max(0, own.healthy - max(0, own.desired - spot))
    return Counts(spot, twin.towards(wanted, other=kept, demand=demand))


def _of_spot(
    phase: Phase,
    record: Record,
    observation: Observation,
    evidence: list[Evidence],
    own: Side,
    twin: Side,
    now: datetime,
) -> int:
    policy = record.policy
    demand = demand_of(record, observation)
    if policy.mode is not Mode.STANDBY or phase is Phase.STEADY:
        surged = _surge(record, observation, evidence, now) if phase is Phase.STEADY else 0
        return demand + surged
    if observation.standby is None or not observation.standby.active:
        return demand
    if phase is Phase.RESTORING:
        first = canary(demand, policy)
        stood = now - tried_since(record) >= timedelta(seconds=policy.restore.interval_seconds)
        proven = own.desired >= first and own.healthy >= first and stood
        return demand if proven or own.desired > first else first
    begins = twin.healthy * 100 >= policy.failover.healthy_percent * demand
    return 0 if begins else own.desired


def _of_standby(
    phase: Phase, record: Record, observation: Observation, counted: Tally, own: Side, now: datetime
) -> int:
    policy = record.policy
    reserve = policy.standby.reserve
    demand = demand_of(record, observation)
    present = observation.standby.desired if observation.standby else 0
    if phase is Phase.STEADY:
        # Tasks that someone else started in calm weather are theirs.
        return reserve if record.held else max(reserve, present)
    if policy.mode is Mode.STANDBY:
        # Its own autoscaling may lower it while both services share the load, and Spot carries it all.
        spared = phase is Phase.RESTORING and own.healthy >= demand
        return max(reserve, min(present, demand) if spared else demand)
    lacking = missing(record, observation, counted)
    if record.operation is Operation.DRAIN:
        lacking = min(lacking, present)
    elif kept_until(record, policy.restore, now):
        lacking = max(lacking, math.ceil(demand / 2))
    return max(reserve, lacking)


def _surge(record: Record, observation: Observation, evidence: list[Evidence], now: datetime) -> int:
    """Return how many tasks to ask for ahead of the loss of those that have notice."""
    surge = record.policy.surge
    if not surge.tasks_per_interruption:
        return 0
    lately = tally(evidence, since=now - PLACED_LATELY, now=now)
    asked = min(surge.max_tasks, surge.tasks_per_interruption * lately.noticed)
    placed = any(
        row.kind is EvidenceKind.SPOT_TASK_STARTED and now - row.time <= PLACED_LATELY for row in evidence
    )
    return asked if placed or observation.strategy.has_on_demand_weight else 0


def _side(shown: Observation, healthy: int, count: int | None, record: Record, now: datetime) -> Side:
    held = record.held
    in_doubt = held is not None and count != shown.desired and now < held.at + LAG
    leaving = max(0, shown.wanted - shown.desired) if shown.wanted is not None else 0
    # In a rollout more tasks than desired are wanted; those that ECS stops then have their successors.
    staying = healthy if shown.rolling_out else healthy - leaving
    return Side(
        desired=shown.desired,
        running=max(shown.running, shown.up or 0),
        healthy=max(0, min(staying, shown.desired)),
        settled=leaving == 0,
        sent=count if in_doubt else None,
        answered=held is not None and held.confirmed,
    )
