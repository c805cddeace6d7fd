"""How well Spot serves a service now, from what the survey sees anyway and the evidence of five minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from spot_failover.domain.backoff import within_a_day
from spot_failover.domain.counts import demand_of
from spot_failover.domain.detection import is_short
from spot_failover.domain.evidence import NOTICE, NOTICE_SLACK, Tally, tally
from spot_failover.domain.ledger import Reading
from spot_failover.domain.policy import Mode
from spot_failover.domain.record import Phase, Record
from spot_failover.domain.spot import running_tasks

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from spot_failover.domain.capacity import Strategy
    from spot_failover.domain.evidence import Evidence
    from spot_failover.domain.service import Observation

WINDOW: Final = timedelta(minutes=5)
# So far back are rows read: the notice of a task that stops inside the window may lie before it.
REACH: Final = WINDOW + NOTICE + NOTICE_SLACK


@dataclass(frozen=True, slots=True)
class Health:
    """What is said of one service each minute. errors: Spot's, within five minutes."""

    reading: Reading
    errors: int
    failover_active: bool
    failovers_today: int
    restores_used_up: bool


def health_score(errors: int, pending: int, started: int) -> int:
    """Return SpotHealthScore: 100, less 10 an error and 5 a pending task, plus 2 a task that started."""
    return max(0, min(100, 100 - 10 * errors - 5 * pending + 2 * started))


def needs_evidence(record: Record, observation: Observation, now: datetime) -> bool:
    """Whether the evidence could say more than that all is well: it costs a query."""
    lately = record.errors_at is not None and now - record.errors_at <= WINDOW
    return lately or is_short(observation)


def health(record: Record, observation: Observation, evidence: Iterable[Evidence], now: datetime) -> Health:
    """Judge one service; `evidence` reaches back over REACH, and is empty where it is not needed."""
    counted = tally(evidence, since=now - WINDOW, now=now)
    # Tasks of FARGATE that are pending say nothing of Spot.
    pending = observation.pending if observation.strategy.uses_spot else 0
    return Health(
        _reading(record, observation, counted, health_score(counted.errors, pending, counted.started)),
        errors=counted.errors,
        failover_active=record.phase is not Phase.STEADY,
        failovers_today=_failovers_today(record, now),
        restores_used_up=_restores_used_up(record, now),
    )


def _reading(record: Record, observation: Observation, counted: Tally, score: int) -> Reading:
    standby = observation.standby
    on_spot, on_demand = _placed(observation)
    twin_on_spot, twin_on_demand = _placed(standby) if standby else (0, 0)
    return Reading(
        spot=on_spot + twin_on_spot,
        on_demand=on_demand + twin_on_demand,
        demand=demand_of(record, observation),
        healthy=running_tasks(observation, counted) + (standby.running if standby else 0),
        score=score,
    )


def _placed(observation: Observation) -> tuple[int, int]:
    """Return how many running tasks are on Spot and how many on demand, by each deployment's strategy.

    An estimate: ECS keeps the ratio of a strategy when it places tasks, not when they end.
    """
    parts = [
        (deployment.strategy, deployment.desired, deployment.running)
        for deployment in observation.deployments
    ] or [(observation.own_strategy, observation.desired, observation.running)]
    on_demand = sum(_on_demand(*part) for part in parts)
    return sum(running for _, _, running in parts) - on_demand, on_demand


def _on_demand(strategy: Strategy, desired: int, running: int) -> int:
    """Count as on demand what Spot cannot have: tasks that are missing are Spot's."""
    if not strategy.uses_spot:
        return running
    return min(running, strategy.on_demand_share(max(desired, running)))


def _failovers_today(record: Record, now: datetime) -> int:
    """Count what moved the service: single tasks that mode `backfill` replaces do not."""
    times = record.falls if record.policy.mode is Mode.BACKFILL else record.failovers
    return len(within_a_day(times, now))


def _restores_used_up(record: Record, now: datetime) -> bool:
    tries = len(within_a_day(record.restores, now))
    return record.phase is Phase.ON_DEMAND and tries >= record.policy.restore.tries_per_day
