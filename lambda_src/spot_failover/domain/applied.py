"""Whether our last UpdateService stuck, is still on its way, or was taken back.

UpdateService with forceNewDeployment starts a new deployment every time, and DescribeServices lags: both a
repeated call and a call missed must be told from what the record says and what ECS shows.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from spot_failover.domain.capacity import Strategy
    from spot_failover.domain.record import Applied, Record
    from spot_failover.domain.service import Observation

# How long ECS may go on showing the deployment from before our call.
LAG = timedelta(seconds=60)
# Our change of one and the same deployment is made, and made once more after ECS has taken it back.
TRIES = 2


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


def given_up(applied: Applied | None, observation: Observation, now: datetime) -> bool:
    """Whether ECS took our change of this deployment back so often that another would only churn tasks."""
    return (
        applied is not None
        and observation.primary is not None
        and applied.tries >= TRIES
        and applied.replaces == observation.primary.id
        and superseded(applied, observation, now)
    )


def may_send(applied: Applied | None, change: str, observation: Observation, now: datetime) -> bool:
    """Whether the change may go out now: it was not sent yet, or is taken not to be in force."""
    if applied is None or applied.change != change:
        return True
    if superseded(applied, observation, now):
        return not given_up(applied, observation, now)
    return now >= applied.at + LAG


def next_try(applied: Applied | None, change: str, observation: Observation) -> int:
    """Return which try at replacing the present primary deployment by this change comes next, from 1."""
    primary = observation.primary.id if observation.primary else ""
    if applied is None or applied.change != change or applied.replaces != primary or not applied.deployment:
        return 1
    return applied.tries + 1
