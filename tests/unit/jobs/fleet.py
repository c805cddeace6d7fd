"""Services in the world, the real jobs and adapters over it, and all that can go wrong in between.

Events go through the real parser. A pass can be made to die before or after any of its calls, like a
function that is killed; events can be repeated, delayed, shuffled and lost. Every UpdateService of ours is
held against the invariant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
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
from spot_failover.domain.policy import Mode, Policy
from spot_failover.domain.record import Operation, Phase, Record, Spoke
from spot_failover.domain.registration import Registration
from spot_failover.domain.scaling import Suspended
from spot_failover.events.errors import EventError
from spot_failover.events.model import EvidenceSignal
from spot_failover.events.parser import parse
from spot_failover.jobs.reconcile import Reconcile, WakeUp
from spot_failover.jobs.survey import Survey, SurveyRequest
from tests.unit.jobs.courier import Courier
from tests.unit.jobs.mortality import Fate, FunctionDiesError, Mortal
from tests.unit.jobs.watch import Pair, Standing, Watch

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
HUB = "111122223333"
SERVICE = ServiceId("222233334444", "eu-west-1", "shop", "web")
HERE = SERVICE.location
TICK = timedelta(seconds=60)
STANDBY = "web-on-demand"
SPOT_ONLY = ({"capacityProvider": "FARGATE_SPOT", "weight": 1},)
ON_DEMAND = ({"capacityProvider": "FARGATE", "weight": 1},)


def key_of(service: ServiceId) -> ServiceKey:
    return ServiceKey(service.account, service.region, service.cluster, service.service)


KEY = key_of(SERVICE)
STANDBY_KEY = key_of(SERVICE.beside(STANDBY))


class Sessions(WorldSessions):
    """Clients of the world, under watch."""

    watch: Watch

    def ecs(self, location: Location) -> WorldClient:
        inner = super().ecs(location).call

        def call(operation: str, request: dict[str, Any]) -> Any:
            if operation != "UpdateService":
                return inner(operation, request)
            key = ServiceKey(location.account, location.region, request["cluster"], request["service"])
            return self.watch.call(key, request, lambda: inner(operation, request))

        return WorldClient(call)


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
        strategy: Sequence[dict[str, Any]] = SPOT_ONLY,
        deaths: frozenset[int] = frozenset(),
        courier: Courier | None = None,
        load_balancer: bool = False,
        drills: bool = False,
    ) -> None:
        self.events: list[dict[str, Any]] = []
        self.interruptions: list[datetime] = []
        self.courier = courier or Courier()
        self.drills = drills
        self.requests: dict[str, dict[str, Any]] = {}
        self.world = World(seed=seed, start=START, emit=self.events.append)
        self.watch = Watch(self.world)
        self.fate = Fate()
        self.died = 0
        self.services = InMemoryServices()
        self.spokes = InMemorySpokes()
        self.evidence = InMemoryEvidenceLog()
        self.queue = InMemoryWorkQueue()
        self.outbox = InMemoryOutbox()
        self.metrics = InMemoryMetrics()
        self.registry = InMemoryRegistry()
        self.sessions = Sessions(self.world)
        self.sessions.watch = self.watch
        self.ecs = SpokeEcs(cast("SpokeSessions", self.sessions), pause=give_up)
        self.scaling = SpokeScaling(cast("SpokeSessions", self.sessions))
        self.world.register_cluster(SERVICE.account, SERVICE.region, SERVICE.cluster)
        self.world.register_task_definition(SERVICE.account, SERVICE.region, "web:1")
        self.spokes.save(Spoke(HERE, refreshed_at=datetime(9999, 1, 1, tzinfo=UTC)))
        self.operate(Operation.ACTIVE)
        self.add(SERVICE.service, desired, policy or Policy(), rolling, strategy, load_balancer=load_balancer)
        self.run(minutes=6)
        assert self.last.spot_running + self.last.on_demand_running == desired
        self.fate.deaths = frozenset(self.fate.calls + death for death in deaths)
        self.sessions.updates.clear()

    # --- what there is ---

    @property
    def now(self) -> datetime:
        return self.world.now

    @property
    def updates(self) -> list[dict[str, Any]]:
        """The UpdateService requests of ours that ECS accepted, oldest first."""
        return self.sessions.updates

    @property
    def pair(self) -> Pair:
        return self.watch.pair(KEY)

    @property
    def record(self) -> Record:
        return self.record_of(SERVICE)

    def record_of(self, service: ServiceId) -> Record:
        record = self.services.load(service)
        assert record is not None
        return record

    @property
    def spot(self) -> Standing:
        return self.watch.standing(KEY)

    @property
    def standby(self) -> Standing:
        return self.watch.standing(STANDBY_KEY)

    @property
    def last(self) -> Sample:
        sample = self.world.log.last(KEY)
        assert sample is not None
        return sample

    @property
    def told(self) -> list[str]:
        """The distinct audit events, in the order of first sight: consumers drop repeated ids."""
        return list({message.id: message.detail_type for message in self.outbox.sent}.values())

    @property
    def suspended(self) -> Suspended | None:
        """What is off in the service's scalable target; None without one."""
        return self.scaling.describe(SERVICE)

    @property
    def created(self) -> dict[str, Any]:
        """The request by which the owners made the service."""
        return self.requests[SERVICE.service]

    def described(self, name: str = SERVICE.service) -> dict[str, Any]:
        """Return what ECS itself has of a service now, whatever a reader is shown."""
        staleness, self.world.faults.staleness = self.world.faults.staleness, timedelta()
        with self._spared():
            answer = self.world.api(SERVICE.account, SERVICE.region).describe_services(
                {"cluster": SERVICE.cluster, "services": [name], "include": ["TAGS"]}
            )
        self.world.faults.staleness = staleness
        return cast("dict[str, Any]", answer["services"][0])

    def interrupted_around(self, moment: datetime) -> bool:
        """Whether Spot was taking a task back in the three minutes before."""
        return any(timedelta(0) <= moment - notice <= timedelta(minutes=3) for notice in self.interruptions)

    def demand_before(self, moment: datetime) -> int:
        """Return the desired count of half a minute before."""
        return [s.desired for s in self.world.log if s.at <= moment - timedelta(seconds=30)][-1]

    # --- what happens ---

    def drought(self) -> None:
        self.weather(0)

    def calm(self) -> None:
        self.weather(None)

    def weather(self, capacity: int | None) -> None:
        self.world.weather.set(SERVICE.account, SERVICE.region, capacity=capacity)

    def interrupt(self, count: int, *, notice: bool = True) -> None:
        self.world.weather.interrupt(
            SERVICE.account, SERVICE.region, SERVICE.cluster, SERVICE.service, count, notice=notice
        )

    def update(self, name: str = SERVICE.service, **request: Any) -> None:
        """Change a service as its owners would."""
        key = key_of(SERVICE.beside(name))
        self._note_wishes()
        before = self.watch.standing(key).desired
        with self._spared():
            self.world.api(SERVICE.account, SERVICE.region).update_service(
                {"cluster": SERVICE.cluster, "service": name, **request}
            )
        pair = self.watch.pair(key)
        # A count that is there already, because we hold it there, changes nothing that anyone could see.
        if request.get("desiredCount", before) != before and key == pair.service:
            pair.wish(request["desiredCount"], self.now)
        self.watch.settle(pair)
        self.watch.note(pair, f"OWNERS {name} {request}")

    def scale(self, name: str, **request: Any) -> None:
        """Call Application Auto Scaling about a service as its owners would; `operation` names the call."""
        operation = request.pop("operation", "RegisterScalableTarget")
        self.world.scaling(SERVICE.account, SERVICE.region).call(
            operation,
            {
                "ServiceNamespace": "ecs",
                "ResourceId": f"service/{SERVICE.cluster}/{name}",
                "ScalableDimension": "ecs:service:DesiredCount",
                **request,
            },
        )

    def demand(self, count: int, name: str = SERVICE.service) -> None:
        """Let target tracking ask for a count, within its limits, from now on."""
        pair = self.watch.pair(key_of(SERVICE.beside(name)))
        if pair.service.service == name:
            pair.tracked = count
        self.world.scaling(SERVICE.account, SERVICE.region).demand(key_of(SERVICE.beside(name)), count)

    def run(self, *, minutes: float, every: timedelta = TICK) -> None:
        """Let time pass: the world moves, events arrive with every transition, a tick comes each minute."""
        end = self.now + timedelta(minutes=minutes)
        while self.now < end:
            minute = min(end, self.now + every)
            while (due := self.world.next_transition_at()) is not None and due < minute:
                self.world.advance(to=due)
                self._deliver()
            self.world.advance(to=minute)
            self._deliver()
            self._tick()

    def run_until(self, reached: Callable[[], bool], *, minutes: float) -> None:
        """Let time pass until something holds; fail with a timeline if it does not in time."""
        end = self.now + timedelta(minutes=minutes)
        while not reached():
            assert self.now < end, f"After {minutes} minutes it is not so.\n{self.watch.timeline()}"
            self.run(minutes=1)

    def in_phase(self, phase: Phase, *, minutes: float = 30) -> None:
        self.run_until(lambda: self.record.phase is phase, minutes=minutes)

    # --- how it is run ---

    def operate(self, operation: Operation) -> None:
        """Make the jobs anew, as the hub's kill switch has them."""

        def mortal(port: object) -> Any:
            return Mortal(port, self.fate)

        self._reconcile = Reconcile(
            services=mortal(self.services),
            spokes=self.spokes,
            evidence=mortal(self.evidence),
            ecs=mortal(self.ecs),
            scaling=mortal(self.scaling),
            outbox=mortal(self.outbox),
            queue=self.queue,
            metrics=self.metrics,
            operation=operation,
        )
        self._survey = Survey(
            services=mortal(self.services),
            spokes=self.spokes,
            registry=self.registry,
            ecs=mortal(self.ecs),
            evidence=mortal(self.evidence),
            outbox=self.outbox,
            queue=self.queue,
            metrics=self.metrics,
            event_bus_arn="",
        )

    def add(
        self,
        name: str,
        desired: int,
        policy: Policy,
        rolling: tuple[int, int] = (100, 200),
        strategy: Sequence[dict[str, Any]] = SPOT_ONLY,
        *,
        load_balancer: bool = False,
    ) -> ServiceId:
        """Create a service, and its standby where the policy names one, and register it."""
        service = SERVICE.beside(name)
        standby = policy.standby.service_name if policy.mode is not Mode.SWITCH else ""
        self.create(name, desired, rolling, strategy, load_balancer=load_balancer)
        if standby:
            self.create(standby, policy.standby.reserve, rolling, ON_DEMAND, load_balancer=load_balancer)
        self.watch.pairs.append(
            Pair(
                key_of(service),
                key_of(SERVICE.beside(standby)) if standby else None,
                [(self.now, desired)],
                lambda: self.record_of(service).phase.value,
            )
        )
        self.services.register(Registration(service, policy), self.now)
        return service

    def create(
        self,
        name: str,
        desired: int,
        rolling: tuple[int, int] = (100, 200),
        strategy: Sequence[dict[str, Any]] = SPOT_ONLY,
        *,
        load_balancer: bool = False,
        **more: Any,
    ) -> None:
        group = f"arn:aws:elasticloadbalancing:{HERE.region}:{HERE.account}:targetgroup/web/0123456789abcdef"
        balancer = {"targetGroupArn": group, "containerName": "app", "containerPort": 8080}
        self.requests[name] = {
            "cluster": SERVICE.cluster,
            "serviceName": name,
            "taskDefinition": "web:1",
            "desiredCount": desired,
            "capacityProviderStrategy": list(strategy),
            "deploymentConfiguration": {
                "minimumHealthyPercent": rolling[0],
                "maximumPercent": rolling[1],
            },
            **({"loadBalancers": [balancer]} if load_balancer else {}),
            **more,
        }
        self.world.api(SERVICE.account, SERVICE.region).create_service(self.requests[name])

    def _tick(self) -> None:
        self._note_wishes()
        for pair in self.watch.pairs:
            self.watch.note(pair)
        self._survive(lambda: self._survey(SurveyRequest(HERE, "tick", f"tick {self.now}"), self.now))
        self._work()

    def _deliver(self) -> None:
        self._note_wishes()
        self.interruptions += [
            self.now for event in self.events if event["detail"].get("stopCode") == "SpotInterruption"
        ]
        sent, self.events[:] = list(self.events), []
        for event in self.courier.carry(sent, self.now):
            self.deliver(event)
        self._work()

    def deliver(self, event: dict[str, Any]) -> None:
        """Hand one event to the hub, as `observe` does."""
        try:
            signal = parse(event, drills=self.drills, hub_account=HUB, now=self.now)
        except EventError as error:  # the world must never send what the parser refuses
            raise AssertionError(event) from error
        if isinstance(signal, EvidenceSignal):
            self.evidence.add(signal.service, signal.evidence)
            if signal.wake:
                self.queue.reconcile([signal.service], signal.evidence.kind.value, event["id"])

    def _work(self) -> None:
        while messages := self.queue.take():
            for message in messages:
                if isinstance(message, wakeups.Reconcile):
                    wake_up = WakeUp(message.service, message.cause, message.cause_id, self.now)
                    self._survive(partial(self._reconcile, wake_up, self.now))
                    self.watch.settle(self.watch.pair_of(message.service.service))

    def _survive(self, job: Callable[[], None]) -> None:
        """Run a job; one that dies is gone and its message lost: the tick brings the next pass."""
        try:
            job()
        except FunctionDiesError:
            self.died += 1

    @contextmanager
    def _spared(self) -> Iterator[None]:
        """Keep throttles that a test put in for us away from owners, who try until they are let through."""
        faults = self.world.faults
        throttled, faults._throttled = faults._throttled, Counter()
        try:
            yield
        finally:
            faults._throttled = throttled

    def _note_wishes(self) -> None:
        for pair in self.watch.pairs:
            self.watch.note_wishes(pair)
