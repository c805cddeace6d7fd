"""What exists: per account and region its clusters, task definitions, services and tasks."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from simulator.world.model import Cluster, Service, Task, TaskDefinition
from simulator.world.names import ServiceKey


@dataclass(slots=True)
class Region:
    """One account in one region; nothing in it is visible from another."""

    account: str
    name: str
    kept: timedelta  # how long a stopped task can still be described
    clusters: dict[str, Cluster] = field(default_factory=dict)
    definitions: dict[str, TaskDefinition] = field(default_factory=dict)
    latest: dict[str, TaskDefinition] = field(default_factory=dict)
    services: dict[tuple[str, str], Service] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    _stopped: deque[Task] = field(default_factory=deque)

    def define(self, definition: TaskDefinition) -> None:
        """Keep a task definition under its ARN, and as its family's newest."""
        self.definitions[definition.arn] = definition
        family = definition.arn.rsplit("/", maxsplit=1)[-1].rsplit(":", maxsplit=1)[0]
        self.latest[family] = definition

    def definition(self, name: str) -> TaskDefinition | None:
        """Find a task definition by its ARN, by `family:revision` or by its family alone."""
        if name in self.definitions:
            return self.definitions[name]
        short = name.rsplit("/", maxsplit=1)[-1]
        if ":" not in short:
            return self.latest.get(short)
        return next((found for arn, found in self.definitions.items() if arn.endswith(f"/{short}")), None)

    def stopped(self, task: Task) -> None:
        """Remember that a task stopped, to forget it later."""
        self._stopped.append(task)

    def forget_stopped(self, now: datetime) -> None:
        """Forget the tasks that stopped too long ago to be described."""
        before = now - self.kept
        while self._stopped and (self._stopped[0].stopped_at or now) < before:
            self.tasks.pop(self._stopped.popleft().arn, None)


@dataclass(slots=True)
class State:
    """All accounts and regions."""

    kept: timedelta
    regions: dict[tuple[str, str], Region] = field(default_factory=dict)

    def region(self, account: str, name: str) -> Region:
        """Return an account's region; every account may use every region."""
        if (account, name) not in self.regions:
            self.regions[account, name] = Region(account, name, self.kept)
        return self.regions[account, name]

    def service(self, key: ServiceKey) -> Service | None:
        """Find a service."""
        return self.region(key.account, key.region).services.get((key.cluster, key.service))

    def launched(self, task: Task) -> None:
        """Take in a new task."""
        self.region(task.cluster.account, task.cluster.region).tasks[task.arn] = task
        if task.service is not None:
            task.service.tasks[task.id] = task

    def stopped(self, task: Task) -> None:
        """Take a stopped task from its service; it can be described for a while yet."""
        if task.service is not None:
            task.service.tasks.pop(task.id, None)
        region = self.region(task.cluster.account, task.cluster.region)
        region.stopped(task)
        if task.stopped_at is not None:
            region.forget_stopped(task.stopped_at)
