"""The tasks of a service as its scheduler sees them when it looks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from simulator.world.model import Service, Task, TaskStatus

_GONE: Final = frozenset({TaskStatus.DEPROVISIONING, TaskStatus.STOPPED})


@dataclass(slots=True)
class Census:
    """Tasks that ECS still counts on, and how many others still have a container."""

    new: list[Task] = field(default_factory=list)  # of the primary deployment
    old: list[Task] = field(default_factory=list)
    stopping: int = 0  # asked to stop, container not gone yet


def take_census(service: Service) -> Census:
    """Count the tasks of a service that has a deployment."""
    primary = service.primary
    census = Census()
    for task in service.tasks.values():
        if task.desired_status is TaskStatus.RUNNING:
            (census.new if task.deployment is primary else census.old).append(task)
        elif not task.interrupted and task.execution_stopped_at is None and task.last_status not in _GONE:
            census.stopping += 1
    return census


def all_settled(service: Service) -> bool:
    """Whether exactly the desired tasks are there, and each of them is settled."""
    if service.spot_running + service.on_demand_running < service.desired_count:
        return False  # most looks end here
    new = take_census(service).new
    return len(new) == service.desired_count and all(map(is_settled, new))


def is_settled(task: Task) -> bool:
    """Whether a task runs and, where anyone asks for its health, is healthy."""
    return task.last_status is TaskStatus.RUNNING and not (task.is_checked and task.healthy_at is None)
