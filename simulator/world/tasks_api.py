"""List, describe, run and stop tasks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from simulator.world import strategy
from simulator.world.copies import copied
from simulator.world.errors import invalid_parameter
from simulator.world.ground import Ground
from simulator.world.history import History
from simulator.world.model import (
    FARGATE,
    FARGATE_SPOT,
    Cluster,
    Document,
    Task,
    TaskDefinition,
    TaskStatus,
)
from simulator.world.names import arn, last_part, new_task_id
from simulator.world.paging import page
from simulator.world.places import zones_in
from simulator.world.revisions import chosen_strategy, find_cluster, find_definition
from simulator.world.services_api import ServicesApi
from simulator.world.state import Region
from simulator.world.task_documents import task_document
from simulator.world.tasks import CAPACITY_UNAVAILABLE, TaskLifecycle

DESCRIBE_LIMIT: Final = 100
RUN_LIMIT: Final = 10
_STATUSES: Final = ("RUNNING", "PENDING", "STOPPED")


class TasksApi:
    """The tasks of one account and region."""

    def __init__(
        self,
        region: Region,
        ground: Ground,
        lifecycle: TaskLifecycle,
        services: ServicesApi,
        history: History,
    ) -> None:
        self._region = region
        self._schedule = ground.schedule
        self._random = ground.random
        self._pools = ground.pools
        self._lifecycle = lifecycle
        self._services = services
        self._faults = ground.faults
        self._history = history

    def list_arns(self, request: Document) -> Document:
        """List task ARNs by desired status. PENDING never lists any: no task has it as its desired status."""
        cluster = find_cluster(self._region, request)
        desired = request.get("desiredStatus") or "RUNNING"
        if desired not in _STATUSES:
            raise invalid_parameter("The desiredStatus must be RUNNING, PENDING or STOPPED.")
        group = None
        tasks: Iterable[Task] | None = None
        if request.get("serviceName"):
            service = self._services.find(cluster, str(request["serviceName"]))
            group = f"service:{service.name}"
            if desired == TaskStatus.RUNNING and not self._faults.stale_tasks:
                tasks = service.tasks.values()  # of all there are, those that have not stopped
        if request.get("family"):
            group = f"family:{request['family']}"
        arns = [
            task.arn
            for task in (self._tasks(cluster) if tasks is None else tasks)
            if self._desired_status(task) == desired
            and (group is None or task.group == group)
            and (not request.get("startedBy") or task.started_by == request["startedBy"])
            and request.get("launchType") in (None, FARGATE)
        ]
        return page("taskArns", arns, request, default=100, most=100)

    def describe(self, request: Document) -> Document:
        """Show up to a hundred tasks, those included that stopped within the last hour."""
        cluster = find_cluster(self._region, request)
        names = request.get("tasks") or []
        if not names:
            raise invalid_parameter("Tasks cannot be empty.")
        if len(names) > DESCRIBE_LIMIT:
            raise invalid_parameter(f"Tasks cannot have more than {DESCRIBE_LIMIT} elements.")
        found: list[Document] = []
        failures: list[Document] = []
        for name in names:
            task = self._find(cluster, str(name))
            if task is None:
                failures.append({"arn": self._arn(cluster, str(name)), "reason": "MISSING"})
                continue
            document = copied(self._history.task_document(task))
            if document is None:
                failures.append({"arn": task.arn, "reason": "MISSING"})
                continue
            if "TAGS" not in (request.get("include") or []):
                document.pop("tags")
            found.append(document)
        return {"tasks": found, "failures": failures}

    def run(self, request: Document) -> Document:
        """Start standalone tasks. Without capacity there is no task, only a failure; nobody tries again."""
        cluster = find_cluster(self._region, request)
        definition = find_definition(self._region, request.get("taskDefinition"))
        count = request.get("count", 1)
        if not isinstance(count, int) or not 1 <= count <= RUN_LIMIT:
            raise invalid_parameter(f"The count must be between 1 and {RUN_LIMIT}.")
        chosen = chosen_strategy(request, cluster)
        shares: list[tuple[str | None, int]] = [(None, count)]
        if chosen:
            shares = [*strategy.distribute(chosen, count).items()]
        started: list[Document] = []
        failures: list[Document] = []
        for provider in [provider for provider, share in shares for _ in range(share)]:
            task = self._standalone(cluster, definition, provider, request)
            if self._pools.has_room(task.place, spot=provider == FARGATE_SPOT):
                self._lifecycle.launch(task)
                started.append(copied(task_document(task)))
            else:
                failures.append({"reason": CAPACITY_UNAVAILABLE})
        return {"tasks": started, "failures": failures}

    def stop(self, request: Document) -> Document:
        """Stop a task; a service starts another one in its place."""
        cluster = find_cluster(self._region, request)
        task = self._find(cluster, str(request.get("task") or ""))
        if task is None:
            raise invalid_parameter("The referenced task was not found.")
        self._lifecycle.stop(task, "UserInitiated", str(request.get("reason") or "Task stopped by user"))
        return {"task": copied(task_document(task))}

    def _standalone(
        self, cluster: Cluster, definition: TaskDefinition, provider: str | None, request: Document
    ) -> Task:
        family = last_part(definition.arn).rsplit(":", maxsplit=1)[0]
        task_id = new_task_id(self._random)
        sites = list(zones_in(cluster.region, request).items())
        subnet, zone = sites[int(task_id[:4], 16) % len(sites)]
        return Task(
            id=task_id,
            subnet=subnet,
            zone=zone,
            cluster=cluster,
            definition=definition,
            group=request.get("group") or f"family:{family}",
            provider=provider,
            created_at=self._schedule.now,
            updated_at=self._schedule.now,
            started_by=request.get("startedBy"),
            settings=copied({name: request[name] for name in _SETTINGS if request.get(name)}),
            tags=copied(request.get("tags") or []),
        )

    def _desired_status(self, task: Task) -> str | None:
        if not self._faults.stale_tasks:
            return task.desired_status
        seen = self._history.task_document(task)
        return None if seen is None else str(seen["desiredStatus"])

    def _tasks(self, cluster: Cluster) -> list[Task]:
        self._region.forget_stopped(self._schedule.now)
        return [task for task in self._region.tasks.values() if task.cluster.name == cluster.name]

    def _find(self, cluster: Cluster, name: str) -> Task | None:
        self._region.forget_stopped(self._schedule.now)
        task = self._region.tasks.get(self._arn(cluster, name))
        return task if task is not None and task.cluster.name == cluster.name else None

    def _arn(self, cluster: Cluster, name: str) -> str:
        if name.startswith("arn:"):
            return name
        return arn(self._region.account, self._region.name, f"task/{cluster.name}/{name}")


_SETTINGS: Final = ("networkConfiguration", "overrides", "enableExecuteCommand")
