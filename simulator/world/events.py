"""The EventBridge events of ECS, in the envelope and with the detail that AWS sends."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime
from random import Random
from typing import Any, Literal

from simulator.world.documents import task_document
from simulator.world.model import Deployment, Document, Service, Task
from simulator.world.names import capacity_provider_arn, new_uuid
from simulator.world.schedule import Schedule

Envelope = dict[str, Any]
EventType = Literal["INFO", "WARN", "ERROR"]

PLACEMENT_FAILURE_REASON = "RESOURCE:FARGATE"


class Events:
    """Makes events and hands them on once the change that they tell of is complete."""

    def __init__(self, schedule: Schedule, random: Random, emit: Callable[[Envelope], None] | None) -> None:
        self._schedule = schedule
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
        document = task_document(task) | {"updatedAt": task.updated_at}
        detail = {name: _as_json(value) for name, value in document.items() if name != "tags"}
        self._put("ECS Task State Change", task.cluster.account, task.cluster.region, task.arn, detail)

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
        self._put("ECS Service Action", cluster.account, cluster.region, service.arn, detail)

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
        cluster = service.cluster
        self._put("ECS Deployment State Change", cluster.account, cluster.region, service.arn, detail)

    def _put(self, detail_type: str, account: str, region: str, resource: str, detail: Document) -> None:
        self._outbox.append(
            {
                "version": "0",
                "id": new_uuid(self._random),
                "detail-type": detail_type,
                "source": "aws.ecs",
                "account": account,
                "time": self._schedule.now.isoformat(timespec="seconds").removesuffix("+00:00") + "Z",
                "region": region,
                "resources": [resource],
                "detail": detail,
            }
        )


def timestamp(moment: datetime) -> str:
    """Return a UTC time as ECS writes it in a detail: milliseconds without trailing zeros."""
    text = moment.isoformat(timespec="milliseconds").removesuffix("+00:00")
    return text.rstrip("0").rstrip(".") + "Z"


def _as_json(value: object) -> object:
    return timestamp(value) if isinstance(value, datetime) else value
