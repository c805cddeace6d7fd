"""The world: one clock, the accounts and regions in it, and the seed that decides what chance decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any

from simulator.world import strategy
from simulator.world.api import EcsApi
from simulator.world.behaviours import Behaviours
from simulator.world.deployments import Deployments
from simulator.world.events import Envelope, Events
from simulator.world.faults import Faults
from simulator.world.ground import Ground
from simulator.world.history import History
from simulator.world.latencies import Latencies
from simulator.world.log import Log, Sample
from simulator.world.messages import Messages
from simulator.world.model import Cluster, Service, Task, TaskDefinition
from simulator.world.names import ServiceKey
from simulator.world.names import arn as ecs_arn
from simulator.world.placement import Placement
from simulator.world.pools import Pools
from simulator.world.scalable_targets import ScalableTargets
from simulator.world.scaling_api import ScalingApi
from simulator.world.schedule import Schedule
from simulator.world.scheduler import ServiceScheduler
from simulator.world.services_api import ServicesApi
from simulator.world.state import State
from simulator.world.tasks import TaskLifecycle
from simulator.world.tasks_api import TasksApi
from simulator.world.throttles import Throttles
from simulator.world.weather import Weather


class World:
    """ECS on Fargate in virtual time.

    Parameters
    ----------
    seed
        Decides everything that chance decides: the same seed and the same calls give the same events.
    start
        The first moment, with a time zone.
    emit
        Called with each finished EventBridge envelope at its moment (`world.now` is its time), after the
        change it tells of is complete, so it may call the API. It is called from within `advance`, or from
        within the call (of the API or the weather) that caused it.
    latencies, time_factor
        How long things take; the factor divides all of it and overrides the one in `latencies`.
    observe
        Called with each sample of a service as it is taken; `log` then keeps the newest of each service only.
    throttled
        Whether ECS's request limits hold. They count per second of the world's own time, whatever the factor.
    """

    def __init__(
        self,
        *,
        seed: int,
        start: datetime,
        emit: Callable[[Envelope], None] | None = None,
        latencies: Latencies | None = None,
        time_factor: float | None = None,
        observe: Callable[[Sample], None] | None = None,
        throttled: bool = True,
    ) -> None:
        latencies = latencies or Latencies()
        if time_factor is not None:
            latencies = replace(latencies, time_factor=time_factor)
        random, schedule, faults = Random(seed), Schedule(start), Faults()
        self._ground = ground = Ground(
            schedule=schedule,
            random=random,
            latencies=latencies,
            behaviours=Behaviours(random),
            faults=faults,
            state=State(latencies.scaled(latencies.stopped_task_kept)),
            pools=Pools(),
            throttles=Throttles(enabled=throttled),
            events=Events(schedule, random, faults, emit),
            messages=Messages(schedule, random, latencies),
        )
        self.latencies = ground.latencies
        self.behaviours = ground.behaviours
        self.faults = ground.faults
        self.throttles = ground.throttles
        self.log = Log(observe)
        self._history = History(ground)
        self._lifecycle = TaskLifecycle(ground)
        self._deployments = Deployments(ground)
        placement = Placement(ground, self._lifecycle, self._deployments)
        self._scheduler = ServiceScheduler(
            ground, self._deployments, placement, self._lifecycle, self.log, self._changed
        )
        self._scalable_targets = ScalableTargets(ground, self._scheduler)
        self._lifecycle.listener = self._scheduler
        self._lifecycle.on_change = self._task_changed
        self.weather = Weather(ground, self._lifecycle, placement)

    @property
    def now(self) -> datetime:
        """The world's present moment."""
        return self._ground.schedule.now

    def advance(self, *, to: datetime) -> None:
        """Run everything that is due up to and including `to`; a `to` in the past changes nothing."""
        self._ground.events.flush()
        self._ground.schedule.advance(to, after_each=self._ground.events.flush)

    def next_transition_at(self) -> datetime | None:
        """Return when something is due next: a driver may sleep or skip until then."""
        return self._ground.schedule.next_at()

    def at(self, moment: datetime, action: Callable[[], None]) -> None:
        """Let something happen at a moment; one that has passed means now, after what is already due."""
        self._ground.schedule.at(moment, action)

    def api(self, account: str, region: str) -> EcsApi:
        """Return the ECS API of an account and region."""
        place = self._ground.state.region(account, region)
        services = ServicesApi(place, self._ground, self._scheduler, self._deployments, self._history)
        tasks = TasksApi(place, self._ground, self._lifecycle, services, self._history)
        return EcsApi(place, self._ground, services, tasks)

    def scaling(self, account: str, region: str) -> ScalingApi:
        """Return Application Auto Scaling of an account and region."""
        place = self._ground.state.region(account, region)
        return ScalingApi(place, self._ground, self._scalable_targets)

    def changes(self, key: ServiceKey) -> int:
        """Return a number that stays the same as long as ECS shows a service and its tasks as they were.

        Tags, which are written by no event of the world's own, are left out of it.
        """
        service = self._ground.state.service(key)
        return 0 if service is None else service.changes

    def _task_changed(self, task: Task) -> None:
        if task.service is not None:
            task.service.changes += 1
        self._history.note_task(task)

    def _changed(self, service: Service) -> None:
        service.changes += 1
        self._history.note(service)
        self._scalable_targets.changed(service)

    def register_cluster(
        self,
        account: str,
        region: str,
        name: str,
        capacity_providers: Sequence[str] = ("FARGATE", "FARGATE_SPOT"),
        default_strategy: Sequence[dict[str, Any]] = (),
    ) -> str:
        """Make a cluster known, or change its capacity providers; returns its ARN."""
        clusters = self._ground.state.region(account, region).clusters
        providers, default = tuple(capacity_providers), strategy.parse(default_strategy)
        cluster = clusters.setdefault(name, Cluster(account, region, name, providers, default))
        cluster.capacity_providers = providers
        cluster.default_strategy = default
        return cluster.arn

    def deregister_cluster(self, account: str, region: str, name: str) -> None:
        """Forget a cluster: calls that name it are answered with ClusterNotFoundException."""
        self._ground.state.region(account, region).clusters.pop(name, None)

    def register_task_definition(  # noqa: PLR0913 - each is a property of the definition
        self,
        account: str,
        region: str,
        arn: str,
        *,
        cpu: str = "256",
        memory: str = "512",
        stop_timeout: float = 30,
        containers: Sequence[tuple[str, str]] = (("app", "app:latest"),),
        health_check: bool = False,
        architecture: str = "X86_64",
    ) -> None:
        """Make a task definition (`family:revision` or its ARN) known; containers are (name, image).

        `health_check` says whether an essential container has one, `architecture` is X86_64 or ARM64.
        """
        if not arn.startswith("arn:"):
            arn = ecs_arn(account, region, f"task-definition/{arn}")
        definition = TaskDefinition(
            arn, cpu, memory, stop_timeout, tuple(containers), health_check, architecture
        )
        self._ground.state.region(account, region).define(definition)
