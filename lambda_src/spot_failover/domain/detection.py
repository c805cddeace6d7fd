"""What the survey sees for itself where no event tells it: waiting tasks (D4) and silent deficits (D5).

Both become rows of evidence, so that the rules count them like anything else.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from spot_failover.domain.capacity import FARGATE_SPOT
from spot_failover.domain.evidence import Evidence, EvidenceKind
from spot_failover.domain.service import Rollout

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from spot_failover.domain.policy import Thresholds
    from spot_failover.domain.service import Observation
    from spot_failover.domain.tasks import Task

# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html
NO_CAPACITY = "Capacity is unavailable at this time"
CANNOT_START = "is unable to consistently start tasks successfully"


def is_short(observation: Observation) -> bool:
    """Whether the tasks of a service are worth a look: some that should run on Spot do not run."""
    return (
        observation.active
        and observation.strategy.uses_spot
        and (observation.running < observation.desired or observation.pending > 0)
    )


def seen_by_survey(
    observation: Observation, tasks: Sequence[Task], thresholds: Thresholds, now: datetime, survey_id: str
) -> list[Evidence]:
    """Return the evidence that one look at a short service gives: none, one row, or one of each kind."""
    rows = []
    limit = timedelta(seconds=thresholds.waiting_seconds)
    waiting = [task for task in tasks if task.capacity_provider == FARGATE_SPOT and task.waits(now) > limit]
    if waiting:
        longest = max(waiting, key=lambda task: (task.waits(now), task.arn))
        seconds = longest.waits(now).total_seconds()
        told = f"{len(waiting)} tasks wait for Spot capacity, one for {seconds:.0f} s."
        rows.append(_row(EvidenceKind.SPOT_TASK_WAITING, told, now, survey_id))
    if deficit := _silent_deficit(observation, tasks, thresholds, now):
        rows.append(_row(EvidenceKind.SPOT_DEFICIT, deficit, now, survey_id))
    return rows


def _silent_deficit(
    observation: Observation, tasks: Sequence[Task], thresholds: Thresholds, now: datetime
) -> str | None:
    """Say why the missing tasks are Spot's fault, or None: crashes, slow images and rollouts are not."""
    spot = [task for task in tasks if task.capacity_provider == FARGATE_SPOT]
    share = observation.desired - observation.strategy.on_demand_share(observation.desired)
    if len([task for task in spot if task.started_at]) >= share:
        return None
    # ECS repeats a message seldom: what it said last of either counts, however long ago.
    last = next(
        (
            event
            for event in observation.events
            if NO_CAPACITY in event.message or CANNOT_START in event.message
        ),
        None,
    )
    if last and CANNOT_START in last.message:
        return None
    recent = last and now - last.created_at <= timedelta(seconds=thresholds.window_seconds)
    if recent:
        return f"{observation.running} of {observation.desired} tasks run. ECS says: {NO_CAPACITY}."
    rolling_out = observation.primary is not None and observation.primary.rollout is Rollout.IN_PROGRESS
    if len(spot) >= share or rolling_out:
        return None
    return f"{observation.running} of {observation.desired} tasks run, and ECS starts no others on Spot."


def _row(kind: EvidenceKind, reason: str, now: datetime, survey_id: str) -> Evidence:
    return Evidence(kind, now, survey_id, survey_id, reason, lacks_capacity=True)
