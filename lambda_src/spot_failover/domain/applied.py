"""Whether our last UpdateService stuck, is still on its way, or was taken back.

UpdateService with forceNewDeployment starts a new deployment every time, and DescribeServices lags: both a
repeated call and a call missed must be told from what the record says and what ECS shows.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from spot_failover.domain.record import Phase
from spot_failover.domain.service import Rollout

if TYPE_CHECKING:
    from datetime import datetime

    from spot_failover.domain.capacity import Strategy
    from spot_failover.domain.record import Applied, Record
    from spot_failover.domain.service import Observation

# How long ECS may go on showing the deployment from before our call.
LAG = timedelta(seconds=60)
# Our change is made, and made once more after ECS has taken it back; then it rests before each further try.
TRIES = 2
REST = timedelta(minutes=10)


def is_ours(record: Record, strategy: Strategy) -> bool:
    """Whether this is the on-demand strategy that we gave the service."""
    return record.config is not None and strategy.same_as(record.config.on_demand)


def superseded(applied: Applied | None, observation: Observation, now: datetime) -> bool:
    """Whether ECS accepted our change and has another primary all the same: taken back, or not ours."""
    if applied is None or not applied.deployment or observation.primary is None:
        return False
    if observation.primary.id == applied.deployment:
        return False
    # As long as ECS shows only deployments from before the call, the answer may just be old.
    known = any(deployment.id == applied.deployment for deployment in observation.deployments)
    return known or now >= applied.at + LAG


def failed(applied: Applied | None, observation: Observation) -> bool:
    """Whether ECS's circuit breaker gave our deployment up and, without rollback, left it as it is."""
    primary = observation.primary
    return (
        applied is not None
        and primary is not None
        and primary.id == applied.deployment
        and primary.rollout is Rollout.FAILED
        and primary.short
    )


def given_up(applied: Applied | None, observation: Observation, now: datetime) -> bool:
    """Whether ECS took our change back so often that another try now would only churn tasks.

    A rollback may bring the old deployment back or start a new one, so tries are counted by what it deploys.
    """
    return (
        applied is not None
        and observation.primary is not None
        and applied.tries >= TRIES
        and applied.task_definition == observation.primary.task_definition
        and now < applied.at + REST
        and (superseded(applied, observation, now) or failed(applied, observation))
    )


def may_send(applied: Applied | None, change: str, observation: Observation, now: datetime) -> bool:
    """Whether the change may go out now: it was not sent yet, or is taken not to be in force."""
    if applied is None or applied.change != change:
        return True
    if superseded(applied, observation, now) or failed(applied, observation):
        return not given_up(applied, observation, now)
    return now >= applied.at + LAG


def next_try(applied: Applied | None, change: str, observation: Observation) -> int:
    """Return which try of this change comes next, from 1; a try of unknown outcome is not counted."""
    definition = observation.primary.task_definition if observation.primary else ""
    if applied is None or applied.change != change or applied.task_definition != definition:
        return 1
    return applied.tries + 1 if applied.deployment else applied.tries


def adopted(record: Record, observation: Observation) -> Record:
    """Complete a call whose answer was lost: the primary is new, and where we wanted it."""
    sent, primary = record.applied, observation.primary
    if sent is None or sent.deployment or primary is None or primary.id == sent.replaces:
        return record
    if record.phase not in {Phase.FAILING_OVER, Phase.RESTORING}:
        return record
    if primary.strategy.uses_spot is not (record.phase is Phase.RESTORING):
        return record
    return replace(record, applied=replace(sent, deployment=primary.id))
