"""Launching a service's tasks where its strategy wants them, and what happens where there is no capacity."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from simulator.world import strategy
from simulator.world.deployments import Deployments
from simulator.world.events import PLACEMENT_FAILURE_REASON
from simulator.world.ground import Ground
from simulator.world.messages import TROUBLESHOOTING
from simulator.world.model import FARGATE, FARGATE_SPOT, Deployment, RolloutState, Service, Task, Wave
from simulator.world.names import new_task_id
from simulator.world.sites import Site, Sites
from simulator.world.tasks import CAPACITY_UNAVAILABLE, TaskLifecycle
from simulator.world.throttles import LAUNCHES

_NO_QUOTA: Final = "You've reached the limit on the number of vCPUs you can run concurrently"
_NO_INSTANCES: Final = (
    "was unable to place a task because no container instance met all of its requirements. "
    "Reason: No Container Instances were found in your cluster."
)
_START_IMPAIRED: Final = "is unable to consistently start tasks successfully."
_WAVE: Final = 30.0  # seconds without a launch that end a wave of them
_PATIENCE: Final = 3  # failed starts before ECS slows down; its own number is not documented
_JITTER: Final = 0.2
_PLAIN: Final = ""  # stands for a launch type, where no provider has a name


class Placement:
    """Places tasks provider by provider: ECS never gives one provider's share to another."""

    def __init__(self, ground: Ground, lifecycle: TaskLifecycle, deployments: Deployments) -> None:
        self.stuck_share = 0.05
        self._schedule = ground.schedule
        self._random = ground.random
        self._latencies = ground.latencies
        self._events = ground.events
        self._messages = ground.messages
        self._pools = ground.pools
        self._throttles = ground.throttles
        # A launch rate is how fast Fargate works, not how often one may ask: the time factor does apply.
        factor = ground.latencies.time_factor
        self._launches = replace(LAUNCHES, per_second=LAUNCHES.per_second * factor)
        self._lifecycle = lifecycle
        self._deployments = deployments

    def start(self, service: Service, count: int) -> datetime | None:
        """Start up to `count` tasks of the primary deployment; returns when to try again for the others."""
        deployment = service.primary
        if deployment.revision.launch_type not in (None, FARGATE):
            self._messages.say_once(service, f"{_NO_INSTANCES} {TROUBLESHOOTING}")
            return None
        if service.start_retry_at is not None and service.start_retry_at > self._schedule.now:
            return service.start_retry_at
        started: list[Task] = []
        retries = []
        for provider, missing in self._missing(service, deployment, count):
            if deployment.rollout_state is RolloutState.FAILED:
                break
            retry = service.placement_retry_at.get(provider)
            if retry is None or retry <= self._schedule.now:
                retry = self._start_on(service, deployment, provider, missing, started)
            if retry is not None:
                retries.append(retry)
        if started:
            self._messages.tasks(service, "has started {count} tasks:", started)
        return min(retries, default=None)

    def start_failed(self, service: Service) -> None:
        """Slow a service down whose tasks cannot start, ever more up to AWS's documented 27 minutes."""
        service.start_failures += 1
        if service.start_failures >= _PATIENCE:
            wait = self._latencies.start_retry_first * 2.0 ** min(service.start_failures - _PATIENCE, 16)
            wait = min(wait, self._latencies.start_retry_max)
            service.start_retry_at = self._schedule.now + self._latencies.scaled(wait)
            if self._messages.say_once(service, f"{_START_IMPAIRED} {TROUBLESHOOTING}"):
                self._events.service_action(service, "WARN", "SERVICE_TASK_START_IMPAIRED")

    def new_task(self, service: Service, deployment: Deployment, provider: str | None, site: Site) -> Task:
        """Make a task of a deployment, not launched yet."""
        now = self._schedule.now
        definition = deployment.revision.task_definition
        if definition is None:
            msg = f"Service {service.name} has no task definition, so no task can be made for it."
            raise RuntimeError(msg)
        return Task(
            id=new_task_id(self._random),
            cluster=service.cluster,
            definition=definition,
            group=f"service:{service.name}",
            provider=provider,
            created_at=now,
            updated_at=now,
            subnet=site.subnet,
            zone=site.zone,
            behind_load_balancer=service.has_load_balancer,
            service=service,
            deployment=deployment,
            started_by=deployment.id,
            settings={
                **deployment.revision.settings,
                "enableExecuteCommand": service.settings["enableExecuteCommand"],
            },
            tags=list(service.tags) if service.settings["propagateTags"] == "SERVICE" else [],
        )

    def _missing(self, service: Service, deployment: Deployment, count: int) -> list[tuple[str, int]]:
        have: dict[str, int] = {}
        for task in service.tasks.values():
            if task.deployment is deployment and task.is_wanted:
                have[task.provider or _PLAIN] = have.get(task.provider or _PLAIN, 0) + 1
        if not deployment.revision.strategy:
            return [(_PLAIN, count)]
        total = sum(have.values()) + count
        left = count
        missing = []
        for provider, share in strategy.distribute(deployment.revision.strategy, total).items():
            lacking = min(left, max(0, share - have.get(provider, 0)))
            left -= lacking
            if lacking:
                missing.append((provider, lacking))
        return missing

    def _start_on(
        self, service: Service, deployment: Deployment, provider: str, count: int, started: list[Task]
    ) -> datetime | None:
        account, region = service.cluster.account, service.cluster.region
        spot = provider == FARGATE_SPOT
        sites = Sites(service, deployment)
        longer = self._longer(service, provider, count)
        failed, full = 0, False
        for _ in range(count):
            site = None if full else sites.next(lambda place: self._pools.has_room(place, spot=spot))
            if site is None:
                full = True
                if not spot or self._random.random() >= self.stuck_share:
                    failed += 1
                    continue
                site = sites.emptiest()
            if not self._throttles.allows(account, region, self._launches, self._schedule.now, provider):
                return self._schedule.now + self._latencies.scaled(1)
            task = self.new_task(service, deployment, provider or None, site)
            self._lifecycle.launch(task, stuck=full, longer=longer)
            sites.took(site)
            started.append(task)
        if failed:
            return self._placement_failed(service, deployment, provider)
        if not full:
            service.placement_failures.pop(provider, None)
            service.told.pop(_unable(provider), None)
        return None

    def _longer(self, service: Service, provider: str, count: int) -> float:
        """Return the seconds that tasks started now take longer because so many start together."""
        wave = service.waves.get(provider)
        if wave is None or wave.until < self._schedule.now:
            wave = Wave(self._random.random(), 0, self._schedule.now)
            service.waves[provider] = wave
        wave.tasks = max(wave.tasks, count)
        wave.until = self._schedule.now + self._latencies.scaled(_WAVE)
        return self._latencies.start_together(wave.share, wave.tasks)

    def _placement_failed(self, service: Service, deployment: Deployment, provider: str) -> datetime:
        rounds = service.placement_failures.get(provider, 0)
        service.placement_failures[provider] = rounds + 1
        wait = min(
            self._latencies.placement_retry_first * 2.0 ** min(rounds, 16),
            self._latencies.placement_retry_max,
        )
        wait *= self._random.uniform(1 - _JITTER, 1 + _JITTER)
        retry = self._schedule.now + self._latencies.scaled(wait)
        service.placement_retry_at[provider] = retry
        self._messages.say_once(service, _unable(provider))
        self._events.service_action(
            service,
            "ERROR",
            "SERVICE_TASK_PLACEMENT_FAILURE",
            providers=[provider] if provider else [],
            reason=PLACEMENT_FAILURE_REASON,
        )
        self._deployments.failed(service, deployment)
        return retry


def _unable(provider: str) -> str:
    """Return the message of a failed placement; a cause that has gone may be told anew."""
    why = CAPACITY_UNAVAILABLE if provider == FARGATE_SPOT else _NO_QUOTA
    return f"was unable to place a task. Reason: {why}. {TROUBLESHOOTING}"
