"""One service in the world, the real jobs over ports in memory, and all that can go wrong in between.

Events go through the real parser. A pass can be made to die before or after any of its calls, like a
function that is killed; messages can be repeated, delayed and shuffled.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, cast

from simulator.backtest.ports import WorldClient, WorldSessions
from simulator.world import Sample, ServiceKey, World
from spot_failover.adapters import wakeups
from spot_failover.adapters.ecs import SpokeEcs
from spot_failover.adapters.memory import (
    InMemoryEvidenceLog,
    InMemoryMetrics,
    InMemoryOutbox,
    InMemoryRegistry,
    InMemoryServices,
    InMemorySpokes,
    InMemoryWorkQueue,
)
from spot_failover.adapters.scaling import SpokeScaling
from spot_failover.adapters.sessions import SpokeSessions
from spot_failover.domain.errors import ThrottledError
from spot_failover.domain.identity import Location, ServiceId
from spot_failover.domain.policy import Policy
from spot_failover.domain.record import Operation, Record, Spoke
from spot_failover.domain.registration import Registration
from spot_failover.events.errors import EventError
from spot_failover.events.model import EvidenceSignal
from spot_failover.events.parser import parse
from spot_failover.jobs.reconcile import Reconcile, WakeUp
from spot_failover.jobs.survey import Survey, SurveyRequest

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
HUB = "111122223333"
SERVICE = ServiceId("222233334444", "eu-west-1", "shop", "web")
KEY = ServiceKey(SERVICE.account, SERVICE.region, SERVICE.cluster, SERVICE.service)
HERE = SERVICE.location
TICK = timedelta(seconds=60)
STANDBY = "web-on-demand"
ON_DEMAND = ({"capacityProvider": "FARGATE", "weight": 1},)


class FunctionDiesError(BaseException):
    """The function is killed here; nothing may catch it."""


@dataclass(slots=True)
class Fate:
    """Decides whether the function dies before or after a call; `deaths` numbers those points."""

    deaths: frozenset[int] = frozenset()
    calls: int = 0

    def point(self) -> None:
        self.calls += 1
        if self.calls in self.deaths:
            raise FunctionDiesError


class Mortal:
    """A port at whose calls the function may die."""

    def __init__(self, port: object, fate: Fate) -> None:
        self._port = port
        self._fate = fate

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            self._fate.point()
            result = method(*args, **kwargs)
            self._fate.point()
            return result

        return call


class Sessions(WorldSessions):
    """Clients of everything that the adapters of a spoke use."""

    def elbv2(self, location: Location) -> WorldClient:
        api = self.world.api(location.account, location.region)
        return WorldClient(lambda _, request: api.describe_target_health(request))

    def scaling(self, location: Location) -> WorldClient:
        return WorldClient(self.world.scaling(location.account, location.region).call)


def give_up(_: float) -> None:
    raise ThrottledError("ECS throttles, and no time passes within a call here.")


class Fleet:
    """A service of `desired` tasks on Spot, registered, all running, in calm weather.

    With a standby in the policy, its twin is there as well, at its reserve.
    """

    def __init__(
        self,
        *,
        seed: int = 1,
        desired: int = 6,
        policy: Policy | None = None,
        rolling: tuple[int, int] = (100, 200),
        strategy: Sequence[dict[str, Any]] = ({"capacityProvider": "FARGATE_SPOT", "weight": 1},),
        deaths: frozenset[int] = frozenset(),
        mangle: Callable[[list[dict[str, Any]]], list[dict[str, Any]]] = lambda events: events,
    ) -> None:
        self.random = random.Random(seed)
        self.events: list[dict[str, Any]] = []
        self.interruptions: list[datetime] = []
        self.mangle = mangle
        self.world = World(seed=seed, start=START, emit=self.events.append)
        self.fate = Fate()
        self.services = InMemoryServices()
        self.evidence = InMemoryEvidenceLog()
        self.queue = InMemoryWorkQueue()
        self.outbox = InMemoryOutbox()
        self.metrics = InMemoryMetrics()
        self.sessions = Sessions(self.world)
        self.ecs = SpokeEcs(cast("SpokeSessions", self.sessions), pause=give_up)
        self.scaling = SpokeScaling(cast("SpokeSessions", self.sessions))
        self.died = 0
        policy = policy or Policy()
        self.world.register_cluster(SERVICE.account, SERVICE.region, SERVICE.cluster)
        self.world.register_task_definition(SERVICE.account, SERVICE.region, "web:1")
        self.create(SERVICE.service, desired, rolling, strategy)
        if policy.standby.service_name:
            self.create(policy.standby.service_name, policy.standby.reserve, rolling, ON_DEMAND)
        self._registered(policy)
        self.run(minutes=6)
        assert self.last.spot_running + self.last.on_demand_running == desired
        self.fate.deaths = frozenset(self.fate.calls + death for death in deaths)
        self.sessions.updates.clear()

    @property
    def now(self) -> datetime:
        return self.world.now

    @property
    def updates(self) -> list[dict[str, Any]]:
        """The UpdateService requests that ECS accepted, oldest first."""
        return self.sessions.updates

    @property
    def record(self) -> Record:
        record = self.services.load(SERVICE)
        assert record is not None
        return record

    @property
    def last(self) -> Sample:
        sample = self.world.log.last(KEY)
        assert sample is not None
        return sample

    @property
    def told(self) -> list[str]:
        """The distinct audit events, in the order of first sight: consumers drop repeated ids."""
        return list({message.id: message.detail_type for message in self.outbox.sent}.values())

    def interrupted_around(self, moment: datetime) -> bool:
        """Whether Spot was taking a task back in the three minutes before."""
        return any(timedelta(0) <= moment - notice <= timedelta(minutes=3) for notice in self.interruptions)

    def demand_before(self, moment: datetime) -> int:
        """Return the desired count of half a minute before."""
        return [s.desired for s in self.world.log if s.at <= moment - timedelta(seconds=30)][-1]

    def drought(self) -> None:
        self.world.weather.set(SERVICE.account, SERVICE.region, capacity=0)

    def calm(self) -> None:
        self.world.weather.set(SERVICE.account, SERVICE.region, capacity=None)

    def update(self, **request: Any) -> None:
        """Change the service as its owners would."""
        self.world.api(SERVICE.account, SERVICE.region).update_service(
            {"cluster": SERVICE.cluster, "service": SERVICE.service, **request}
        )

    def run(self, *, minutes: float) -> None:
        """Let time pass: the world moves, events arrive with every transition, a tick comes each minute."""
        end = self.now + timedelta(minutes=minutes)
        while self.now < end:
            minute = min(end, self.now + TICK)
            while (due := self.world.next_transition_at()) is not None and due < minute:
                self.world.advance(to=due)
                self._deliver()
            self.world.advance(to=minute)
            self._deliver()
            self._tick()

    def _tick(self) -> None:
        self._survive(lambda: self._survey(SurveyRequest(HERE, "tick", f"tick {self.now}"), self.now))
        self._work()

    def _deliver(self) -> None:
        self.interruptions += [
            self.now for event in self.events if event["detail"].get("stopCode") == "SpotInterruption"
        ]
        arrived = self.mangle(list(self.events))
        self.events.clear()
        for event in arrived:
            try:
                signal = parse(event, drills=False, hub_account=HUB, now=self.now)
            except EventError as error:  # the world must never send what the parser refuses
                raise AssertionError(event) from error
            if isinstance(signal, EvidenceSignal):
                self.evidence.add(signal.service, signal.evidence)
                if signal.wake:
                    self.queue.reconcile([signal.service], signal.evidence.kind.value, event["id"])
        self._work()

    def _work(self) -> None:
        for message in self.queue.take():
            if isinstance(message, wakeups.Reconcile):
                wake_up = WakeUp(message.service, message.cause, message.cause_id, self.now)
                self._survive(partial(self._reconcile, wake_up, self.now))

    def _survive(self, job: Callable[[], None]) -> None:
        """Run a job; one that dies is gone and its message lost: the tick brings the next pass."""
        try:
            job()
        except FunctionDiesError:
            self.died += 1

    def create(
        self, name: str, desired: int, rolling: tuple[int, int], strategy: Sequence[dict[str, Any]]
    ) -> None:
        self.world.api(SERVICE.account, SERVICE.region).create_service(
            {
                "cluster": SERVICE.cluster,
                "serviceName": name,
                "taskDefinition": "web:1",
                "desiredCount": desired,
                "capacityProviderStrategy": list(strategy),
                "deploymentConfiguration": {
                    "minimumHealthyPercent": rolling[0],
                    "maximumPercent": rolling[1],
                },
            }
        )

    def _registered(self, policy: Policy) -> None:
        spokes = InMemorySpokes()
        spokes.save(Spoke(HERE, refreshed_at=datetime(9999, 1, 1, tzinfo=UTC)))
        self.services.register(Registration(SERVICE, policy), self.now)

        def mortal(port: object) -> Any:
            return Mortal(port, self.fate)

        self._reconcile = Reconcile(
            services=mortal(self.services),
            spokes=spokes,
            evidence=mortal(self.evidence),
            ecs=mortal(self.ecs),
            scaling=mortal(self.scaling),
            outbox=mortal(self.outbox),
            queue=self.queue,
            metrics=self.metrics,
            operation=Operation.ACTIVE,
        )
        self._survey = Survey(
            services=mortal(self.services),
            spokes=spokes,
            registry=InMemoryRegistry(),
            ecs=mortal(self.ecs),
            evidence=mortal(self.evidence),
            outbox=self.outbox,
            queue=self.queue,
            metrics=self.metrics,
            event_bus_arn="",
        )
