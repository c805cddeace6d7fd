"""Single tasks of a service: which of them hold, and which wait for capacity that does not come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

RUNNING = "RUNNING"
HEALTHY = "HEALTHY"
UNHEALTHY = "UNHEALTHY"
# How long a task must have run to count on it where nothing else says that it is healthy.
HOLDS_AFTER = timedelta(seconds=30)
_BEFORE_THE_PULL = frozenset({"PROVISIONING", "PENDING"})


@dataclass(frozen=True, slots=True)
class Task:
    """One task that ECS wants to run (desiredStatus RUNNING).

    `capacity_provider` is empty for a plain launch type. `health` is ECS's healthStatus, from the containers'
    own health checks. `in_service` says whether every target group of the service shows the task as healthy;
    None: the service has none. `zone` is its Availability Zone.
    """

    arn: str
    capacity_provider: str
    last_status: str
    created_at: datetime
    started_at: datetime | None = None
    pull_started_at: datetime | None = None
    health: str = "UNKNOWN"
    in_service: bool | None = None
    zone: str = ""

    def holds(self, now: datetime) -> bool:
        """Whether the task can be counted on: in service, or healthy by its own check, or up for 30 s."""
        if self.last_status != RUNNING or self.health == UNHEALTHY:
            return False
        if self.in_service is not None:
            return self.in_service
        if self.health == HEALTHY:
            return True
        return self.started_at is not None and now - self.started_at >= HOLDS_AFTER

    def waits(self, now: datetime) -> timedelta:
        """Return how long it has waited for capacity: a task that pulls its image has some."""
        if self.last_status not in _BEFORE_THE_PULL or self.pull_started_at is not None:
            return timedelta()
        return now - self.created_at
