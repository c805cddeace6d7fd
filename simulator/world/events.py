"""The EventBridge events of ECS, in the envelope and with the detail that AWS sends."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from random import Random
from typing import Any, Final, Literal

from simulator.world.faults import Faults
from simulator.world.model import Cluster, Deployment, Document, Service, Task
from simulator.world.names import ServiceKey, capacity_provider_arn, new_uuid
from simulator.world.schedule import Schedule
from simulator.world.task_documents import task_document

Envelope = dict[str, Any]
EventType = Literal["INFO", "WARN", "ERROR"]

_TIMES: Final = (
    "connectivityAt",
    "createdAt",
    "executionStoppedAt",
    "pullStartedAt",
    "pullStoppedAt",
    "startedAt",
    "stoppingAt",
    "stoppedAt",
    "updatedAt",
)
PLACEMENT_FAILURE_REASON = "RESOURCE:FARGATE"


class Events:
    """Makes events and hands them on once the change that they tell of is complete."""

    def __init__(
        self, schedule: Schedule, random: Random, faults: Faults, emit: Callable[[Envelope], None] | None
    ) -> None:
        self._schedule = schedule
        self._faults = faults
        self._random = random
        self._emit = emit
        self._outbox: deque[Envelope] = deque()
        self._flushing = False

    def flush(self) -> None:
        """Hand on what waits, including what the receiver causes meanwhile."""
        if self._flushing:
            return
        self._flushing = True
        try:
            while self._outbox:
                envelope = self._outbox.popleft()
                if self._emit is not None:
                    self._emit(envelope)
        finally:
            self._flushing = False

    def task_state_change(self, task: Task) -> None:
        """Tell the present state of a task. A new version is given to each state."""
        task.version += 1
        task.updated_at = self._schedule.now
        key = task.service.key if task.service else None
        self._put("ECS Task State Change", task.cluster, key, task.arn, lambda: _task_detail(task))

    def service_action(
        self,
        service: Service,
        event_type: EventType,
        name: str,
        *,
        providers: Iterable[str] = (),
        reason: str | None = None,
    ) -> None:
        """Tell what the service scheduler met with; such events carry no version."""
        cluster = service.cluster
        detail: Document = {"eventType": event_type, "eventName": name, "clusterArn": cluster.arn}
        arns = [capacity_provider_arn(cluster.account, cluster.region, provider) for provider in providers]
        if arns:
            detail["capacityProviderArns"] = arns
        if reason is not None:
            detail["reason"] = reason
        detail["createdAt"] = timestamp(self._schedule.now)
        self._put("ECS Service Action", cluster, service.key, service.arn, lambda: detail)

    def deployment_state_change(
        self, service: Service, deployment: Deployment, event_type: EventType, name: str
    ) -> None:
        """Tell how a rollout goes. Its detail has no clusterArn: the service is in `resources` only."""
        detail = {
            "eventType": event_type,
            "eventName": name,
            "deploymentId": deployment.id,
            "updatedAt": timestamp(deployment.updated_at),
            "reason": deployment.rollout_reason,
        }
        self._put("ECS Deployment State Change", service.cluster, service.key, service.arn, lambda: detail)

    def _put(
        self,
        detail_type: str,
        cluster: Cluster,
        key: ServiceKey | None,
        resource: str,
        detail: Callable[[], Document],
    ) -> None:
        event_id = new_uuid(self._random)  # drawn in any case: who listens must not change what happens
        if self._emit is None or (key is not None and self._faults.is_silent(key, self._schedule.now)):
            return
        self._outbox.append(
            {
                "version": "0",
                "id": event_id,
                "detail-type": detail_type,
                "source": "aws.ecs",
                "account": cluster.account,
                "time": self._schedule.now.isoformat(timespec="seconds").removesuffix("+00:00") + "Z",
                "region": cluster.region,
                "resources": [resource],
                "detail": detail(),
            }
        )


@lru_cache(maxsize=65_536)
def timestamp(moment: datetime) -> str:
    """Return a UTC time as ECS writes it in a detail: milliseconds without trailing zeros."""
    text = moment.isoformat(timespec="milliseconds").removesuffix("+00:00")
    return text.rstrip("0").rstrip(".") + "Z"


def _task_detail(task: Task) -> Document:
    document = task_document(task)
    document["updatedAt"] = task.updated_at
    del document["tags"]
    if not task.definition.health_check:
        del document["healthStatus"]
    for name in _TIMES:
        moment = document.get(name)
        if moment is not None:
            document[name] = timestamp(moment)
    return document
