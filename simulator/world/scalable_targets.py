"""Scalable targets: how Application Auto Scaling moves the desired count of services.

https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html and
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html say what holds here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from simulator.world.ground import Ground
from simulator.world.model import Document, RolloutState, Service
from simulator.world.names import ServiceKey
from simulator.world.schedule import Due
from simulator.world.scheduler import ServiceScheduler

_EVALUATED_EVERY: Final = 60.0  # the alarms of target tracking look at minutes


@dataclass(frozen=True, slots=True)
class Suspended:
    """What a scalable target does not do for now."""

    scale_in: bool = False
    scale_out: bool = False
    scheduled: bool = False


@dataclass(slots=True)
class ScalableTarget:
    """The registered desired count of one service."""

    key: ServiceKey
    arn: str
    minimum: int
    maximum: int
    role_arn: str
    created_at: datetime
    suspended: Suspended = Suspended()
    tags: dict[str, str] = field(default_factory=dict)
    policies: dict[str, Document] = field(default_factory=dict)
    scheduled: dict[str, Document] = field(default_factory=dict)
    next_runs: dict[str, Due] = field(default_factory=dict)
    demand: int | None = None  # what target tracking asks for; None without a policy that asks
    check: Due | None = None

    @property
    def wanted(self) -> int | None:
        """What target tracking would set, within the limits."""
        return None if self.demand is None else self.within(self.demand)

    def within(self, count: int) -> int:
        """Clamp a count into the limits."""
        return max(self.minimum, min(self.maximum, count))


class ScalableTargets:
    """Every scalable target of the world, and what they do to services."""

    def __init__(self, ground: Ground, scheduler: ServiceScheduler) -> None:
        self._schedule = ground.schedule
        self._state = ground.state
        self._scheduler = scheduler
        self._every = ground.latencies.scaled(_EVALUATED_EVERY)
        self._targets: dict[ServiceKey, ScalableTarget] = {}

    def add(self, target: ScalableTarget) -> None:
        """Keep a newly registered target."""
        self._targets[target.key] = target

    def find(self, key: ServiceKey) -> ScalableTarget | None:
        """Find the target of a service."""
        return self._targets.get(key)

    def of(self, account: str, region: str) -> list[ScalableTarget]:
        """Return the targets of an account and region, in the order of their names."""
        found = [target for target in self._targets.values() if _place(target) == (account, region)]
        return sorted(found, key=lambda target: target.key)

    def remove(self, target: ScalableTarget) -> None:
        """Forget a target with its policies and scheduled actions."""
        for due in (target.check, *target.next_runs.values()):
            if due is not None:
                due.cancel()
        del self._targets[target.key]

    def active_service(self, key: ServiceKey) -> Service | None:
        """Return a service that can be scaled."""
        service = self._state.service(key)
        return service if service is not None and service.status == "ACTIVE" else None

    def clamp(self, target: ScalableTarget, *, up: bool = True, down: bool = True) -> None:
        """Bring the desired count within the limits, as a registration and a scheduled action do."""
        service = self.active_service(target.key)
        if service is None:
            return
        count = target.within(service.desired_count)
        if (count > service.desired_count and up) or (count < service.desired_count and down):
            self._set(service, count)

    def demand(self, target: ScalableTarget, count: int) -> None:
        """Let target tracking ask for a desired count from now on."""
        target.demand = count
        self._track(target)

    def changed(self, service: Service) -> None:
        """Look again within a minute where a service is not where target tracking wants it."""
        if not self._targets:
            return
        target = self._targets.get(service.key)
        if target is None or target.check is not None or target.wanted in (None, service.desired_count):
            return
        target.check = self._schedule.after(self._every, lambda: self._track(target))

    def _track(self, target: ScalableTarget) -> None:
        if target.check is not None:
            target.check.cancel()
            target.check = None
        service = self.active_service(target.key)
        if service is None or target.demand is None:
            return
        if not any(task.is_running for task in service.tasks.values()):
            return  # no task, no metric: target tracking has no data
        # What is outside the limits already stays there until an action in the other direction.
        count, current = target.within(target.demand), service.desired_count
        out = target.demand > current and count > current and not target.suspended.scale_out
        in_ = target.demand < current and count < current and not target.suspended.scale_in
        if out or (in_ and not _is_deploying(service)):
            self._set(service, count)

    def _set(self, service: Service, count: int) -> None:
        service.desired_count = count
        self._scheduler.record(service)
        self._scheduler.wake(service)


def _is_deploying(service: Service) -> bool:
    """Whether ECS's deployment turns scale-in off; other controllers' deployments are not ECS's."""
    if service.controller != "ECS":
        return False
    return len(service.deployments) > 1 or service.primary.rollout_state is RolloutState.IN_PROGRESS


def _place(target: ScalableTarget) -> tuple[str, str]:
    return target.key.account, target.key.region
