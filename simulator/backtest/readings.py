"""Reads of ECS that need not be made again, because nothing has changed since the last one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from simulator.backtest.ports import Call, Request, WorldSessions, world_ecs
from simulator.backtest.rounds import describing
from simulator.world import ServiceKey, World
from spot_failover.domain.identity import Location, ServiceId
from spot_failover.domain.service import Observation
from spot_failover.domain.targets import UpdateService
from spot_failover.domain.tasks import Task


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


@dataclass(frozen=True, slots=True)
class _Shown:
    """A service as it was read, at that number of changes."""

    changes: int
    observation: Observation | None


@dataclass(frozen=True, slots=True)
class _Tasks:
    """The tasks of a service as they were read, at that number of changes, and how many calls that took."""

    changes: int
    tasks: Sequence[Task]
    calls: int


class RememberingEcs:
    """The port `Ecs`, answering from memory for what has not changed since it was read.

    With `forgetful`, everything is read anew.
    """

    def __init__(self, world: World, *, forgetful: bool = False) -> None:
        self.asked: set[ServiceId] = set()  # whose tasks were looked at
        self._world = world
        self._task_records = _TaskRecords(world)
        self._sessions = WorldSessions(world) if forgetful else self._task_records
        self._ecs = world_ecs(self._sessions)
        self._forgetful = forgetful
        self._saved_calls = 0
        self._services: dict[ServiceId, _Shown] = {}
        self._tasks: dict[ServiceId, _Tasks] = {}

    @property
    def calls(self) -> int:
        """How many calls of ECS there would have been without this memory."""
        return self._made + self._saved_calls

    def forget_task(self, arn: str) -> None:
        """Note that something has happened to a task."""
        self._task_records.known.pop(arn, None)

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
        unknown = {name: service for name, service in ids.items() if not self._is_known(service)}
        if unknown:
            shown = self._ecs.describe_many(location, cluster, list(unknown))
            for name, service in unknown.items():
                self._services[service] = _Shown(self._changes(service), shown[name])
        self._saved_calls += describing(ids.values()) - (self._made - made)
        return {name: self._services[service].observation for name, service in ids.items()}

    def tasks(self, service: ServiceId, observation: Observation) -> Sequence[Task]:
        self.asked.add(service)
        known, changes = self._tasks.get(service), self._changes(service)
        if known and known.changes == changes and not self._forgetful:
            self._saved_calls += known.calls
            return known.tasks
        made = self._made
        tasks = self._ecs.tasks(service, observation)
        self._tasks[service] = _Tasks(changes, tasks, self._made - made)
        return tasks

    def discover(self, location: Location, clusters: Sequence[str]) -> Mapping[ServiceId, Observation]:
        return self._ecs.discover(location, clusters)

    def update(self, service: ServiceId, change: UpdateService, observation: Observation) -> str:
        return self._ecs.update(service, change, observation)

    @property
    def _made(self) -> int:
        return self._sessions.calls.total()

    def _is_known(self, service: ServiceId) -> bool:
        shown = self._services.get(service)
        return shown is not None and not self._forgetful and shown.changes == self._changes(service)

    def _changes(self, service: ServiceId) -> int:
        key = ServiceKey(service.account, service.region, service.cluster, service.service)
        return self._world.changes(key)
