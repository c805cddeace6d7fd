"""What services and tasks looked like some seconds ago, kept only while stale reads are asked for."""

from __future__ import annotations

from collections import deque
from datetime import datetime

from simulator.world.copies import copied
from simulator.world.documents import service_document
from simulator.world.ground import Ground
from simulator.world.model import Document, Service, Task, TaskStatus
from simulator.world.names import ServiceKey
from simulator.world.task_documents import task_document

_Past = deque[tuple[datetime, Document]]


class History:
    """The documents of services, and where asked for of tasks, at every change."""

    def __init__(self, ground: Ground) -> None:
        self._schedule = ground.schedule
        self._state = ground.state
        self._faults = ground.faults
        self._services: dict[ServiceKey, _Past] = {}
        self._tasks: dict[str, _Past] = {}
        self._begun = ground.schedule.now
        ground.faults.on_stale = self._begin

    def note(self, service: Service) -> None:
        """Keep what a service looks like now."""
        if self._faults.staleness:
            self._keep(self._services.setdefault(service.key, deque()), service_document(service))

    def note_task(self, task: Task) -> None:
        """Keep what a task looks like now."""
        if not self._faults.stale_tasks:
            return
        self._keep(self._tasks.setdefault(task.arn, deque()), task_document(task))
        if task.last_status is TaskStatus.STOPPED:
            self._schedule.after(self._state.kept + self._faults.staleness, lambda: self._forget(task.arn))

    def _forget(self, task: str) -> None:
        self._tasks.pop(task, None)

    def document(self, service: Service) -> Document | None:
        """Return what a reader sees of a service: None where it did not exist yet at the time seen."""
        if not self._faults.staleness:
            return service_document(service)
        return copied(self._seen(self._services.get(service.key, ())))

    def task_document(self, task: Task) -> Document | None:
        """Return what a reader sees of a task: None where it did not exist yet at the time seen."""
        if not self._faults.stale_tasks:
            return task_document(task)
        return self._seen(self._tasks.get(task.arn, ()))

    def _keep(self, past: _Past, document: Document) -> None:
        past.append((self._schedule.now, document))
        as_of = self._schedule.now - self._faults.staleness
        while len(past) > 1 and past[1][0] <= as_of:
            past.popleft()

    def _seen(self, past: _Past | tuple[()]) -> Document | None:
        as_of = self._schedule.now - self._faults.staleness
        seen = None
        for at, document in past:
            if at <= as_of or (at == self._begun and seen is None):
                seen = document
        return seen

    def _begin(self) -> None:
        self._begun = self._schedule.now
        self._services.clear()
        self._tasks.clear()
        for region in self._state.regions.values():
            for service in region.services.values():
                self.note(service)
            for task in region.tasks.values():
                self.note_task(task)
