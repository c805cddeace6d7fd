"""Reads of ECS that need not be made again, because nothing can have changed since the last one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from simulator.backtest.ports import Call, Request, WorldEcs, WorldSessions
from simulator.world import World
from spot_failover.domain.identity import Location, ServiceId
from spot_failover.domain.service import Observation
from spot_failover.domain.targets import UpdateService
from spot_failover.domain.tasks import Task

# ECS tells of every change by an event, but for what its scheduler does at its next look, a second or so
# after one.
AFTERMATH = timedelta(seconds=5)
_SERVICES_PER_CALL = 10


@dataclass(slots=True)
class _Shown:
    """A service as it was read, until something happens to it."""

    at: datetime
    observation: Observation | None
    outdated: bool = False


@dataclass(slots=True)
class _Tasks:
    """The tasks of a service as they were read, and how many calls that took; `hold` that all are healthy."""

    at: datetime
    tasks: Sequence[Task]
    calls: int
    hold: bool
    outdated: bool = False


class _TaskRecords(WorldSessions):
    """Clients of the world that describe a task that runs only once, until an event tells of it.

    Only its health could change without one, and the tasks of a backtest have no health checks of their own:
    target groups are asked about by a call of their own.
    """

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.known: dict[str, Any] = {}

    def _ecs(self, call: Call, operation: str, request: Request) -> Any:  # noqa: ANN401 - JSON
        if operation != "DescribeTasks":
            return super()._ecs(call, operation, request)
        unknown = [arn for arn in request["tasks"] if arn not in self.known]
        if not unknown:
            self.calls[operation] += 1
            return {"tasks": [self.known[arn] for arn in request["tasks"]]}
        answer = super()._ecs(call, operation, {**request, "tasks": unknown})
        shown = {task["taskArn"]: task for task in answer["tasks"]}
        self.known |= {
            arn: task
            for arn, task in shown.items()
            if task["lastStatus"] == task["desiredStatus"] == "RUNNING"
        }
        tasks = [self.known.get(arn) or shown.get(arn) for arn in request["tasks"]]
        return {**answer, "tasks": [task for task in tasks if task]}


class RememberingEcs:
    """The port `Ecs`, answering from memory where no event and no call of ours has touched a service since.

    With `forgetful`, everything is read anew.
    """

    def __init__(self, world: World, *, forgetful: bool = False) -> None:
        self._world = world
        self._task_records = _TaskRecords(world)
        self._ecs = WorldEcs(world, None if forgetful else self._task_records)
        self._forgetful = forgetful
        self.tasks_read = 0  # how often the tasks of a service were asked for
        self._saved_calls = 0
        self._touched: dict[ServiceId, datetime] = {}
        self._services: dict[ServiceId, _Shown] = {}
        self._tasks: dict[ServiceId, _Tasks] = {}

    @property
    def calls(self) -> int:
        """How many calls of ECS there would have been without this memory."""
        return self._made + self._saved_calls

    def touch(self, service: ServiceId, task: str = "") -> None:
        """Note that something has happened to a service now, and to which task, by its ARN."""
        self._task_records.known.pop(task, None)
        self._touched[service] = self._world.now
        if service in self._services:
            self._services[service].outdated = True
        if service in self._tasks:
            self._tasks[service].outdated = True

    def describe(self, service: ServiceId, standby: str = "") -> Observation | None:
        names = [service.service, *([standby] if standby else [])]
        shown = self.describe_many(service.location, service.cluster, names)
        observed = shown[service.service]
        return replace(observed, standby=shown[standby]) if observed and standby else observed

    def describe_many(
        self, location: Location, cluster: str, services: Sequence[str]
    ) -> Mapping[str, Observation | None]:
        made = self._made
        ids = {name: ServiceId(location.account, location.region, cluster, name) for name in services}
        unknown = [name for name, service in ids.items() if not self._is_shown(service)]
        if unknown:
            shown = self._ecs.describe_many(location, cluster, unknown)
            self._services |= {ids[name]: _Shown(self._world.now, shown[name]) for name in unknown}
        self._saved_calls += -(-len(ids) // _SERVICES_PER_CALL) - (self._made - made)
        return {name: self._services[service].observation for name, service in ids.items()}

    def tasks(self, service: ServiceId, observation: Observation) -> Sequence[Task]:
        self.tasks_read += 1
        known = self._tasks.get(service)
        # A task that starts, or is not healthy yet, gets on without an event.
        if known and self._is_fresh(service, known) and (known.hold or known.at == self._world.now):
            self._saved_calls += known.calls
            return known.tasks
        made = self._made
        tasks = self._ecs.tasks(service, observation)
        hold = all(task.holds(self._world.now) for task in tasks)
        self._tasks[service] = _Tasks(self._world.now, tasks, self._made - made, hold)
        return tasks

    def discover(self, location: Location, clusters: Sequence[str]) -> Mapping[ServiceId, Observation]:
        return self._ecs.discover(location, clusters)

    def update(self, service: ServiceId, change: UpdateService, observation: Observation) -> str:
        try:
            return self._ecs.update(service, change, observation)
        finally:
            self.touch(service.beside(change.service_name) if change.service_name else service)

    @property
    def _made(self) -> int:
        return self._ecs.sessions.calls.total()

    def _is_shown(self, service: ServiceId) -> bool:
        shown = self._services.get(service)
        return shown is not None and self._is_fresh(service, shown)

    def _is_fresh(self, service: ServiceId, known: _Shown | _Tasks) -> bool:
        if self._forgetful or known.outdated:
            return False
        touched = self._touched.get(service)
        return touched is None or known.at == self._world.now or known.at - touched >= AFTERMATH
