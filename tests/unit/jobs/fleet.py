"""Services in the world, the real jobs and adapters over it, and all that can go wrong in between.

Events go through the real parser. A pass can be made to die before or after any of its calls, like a
function that is killed; events can be repeated, delayed, shuffled and lost. Every UpdateService of ours is
held against the invariant.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, cast

from simulator.backtest.ports import WorldClient, WorldSessions
from simulator.world import Sample, ServiceKey
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
from spot_failover.domain.command import CommandKind
from spot_failover.domain.errors import ThrottledError
from spot_failover.domain.identity import Location, ServiceId
from spot_failover.domain.policy import Mode, Policy
from spot_failover.domain.record import Message, Operation, Phase, Record, Spoke
from spot_failover.domain.registration import Registration
from spot_failover.domain.requests import SurveyRequest
from spot_failover.domain.scaling import Suspended
from spot_failover.events.errors import EventError
from spot_failover.events.model import CommandSignal, EvidenceSignal
from spot_failover.events.parser import parse
from spot_failover.jobs.reconcile import Reconcile, WakeUp
from spot_failover.jobs.steer import Steer
from spot_failover.jobs.survey import Survey
from tests.unit.jobs.courier import Courier
from tests.unit.jobs.mortality import Fate, FunctionDiesError, Mortal
from tests.unit.jobs.place import HERE, KEY, ON_DEMAND, SERVICE, SPOT_ONLY, Place, key_of
from tests.unit.jobs.stage import told_to_people
from tests.unit.jobs.watch import Pair, Watch


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


HUB = "111122223333"
TICK = timedelta(seconds=60)


class Fleet(Place):
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
        super().__init__(seed)
        self.heard: deque[dict[str, Any]] = deque(maxlen=1000)  # what the world said lately
        self.interruptions: list[datetime] = []
        self.courier = courier or Courier()
        self.drills = drills
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
        self.spokes.save(Spoke(HERE, refreshed_at=datetime(9999, 1, 1, tzinfo=UTC)))
        self.operate(Operation.ACTIVE)
        self.add(SERVICE.service, desired, policy or Policy(), rolling, strategy, load_balancer=load_balancer)
        self.run(minutes=6)
        assert self.last.spot_running + self.last.on_demand_running == desired
        self.fate.deaths = frozenset(self.fate.calls + death for death in deaths)
        self.sessions.updates.clear()

    # --- what there is ---

    @property
    def updates(self) -> list[dict[str, Any]]:
        """The UpdateService requests of ours that ECS accepted, oldest first."""
        return self.sessions.updates

    @property
    def record(self) -> Record:
        return self.record_of(SERVICE)

    @property
    def held_back(self) -> str:
        """Why the service is not acted on; empty where it is."""
        return self.record.hold.reason if self.record.hold else ""

    def record_of(self, service: ServiceId) -> Record:
        record = self.services.load(service)
        assert record is not None
        return record

    @property
    def last(self) -> Sample:
        sample = self.world.log.last(KEY)
        assert sample is not None
        return sample

    @property
    def told(self) -> list[str]:
        """What people were told, in the order of first sight: consumers drop repeated ids."""
        return list({message.id: message.detail_type for message in told_to_people(self.outbox)}.values())

    @property
    def suspended(self) -> Suspended | None:
        """What is off in the service's scalable target; None without one."""
        return self.scaling.describe(SERVICE)

    def interrupted_around(self, moment: datetime) -> bool:
        """Whether Spot was taking a task back in the three minutes before."""
        return any(timedelta(0) <= moment - notice <= timedelta(minutes=3) for notice in self.interruptions)

    def demand_before(self, moment: datetime) -> int:
        """Return the desired count of half a minute before."""
        return [s.desired for s in self.world.log if s.at <= moment - timedelta(seconds=30)][-1]

    # --- time ---

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
        self._steer = Steer(
            services=mortal(self.services),
            evidence=mortal(self.evidence),
            outbox=mortal(self.outbox),
            queue=self.queue,
            operation=operation,
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
        **more: Any,
    ) -> ServiceId:
        """Create a service (`more` goes into that request) and the standby of its policy; register it."""
        service = SERVICE.beside(name)
        standby = policy.standby.service_name if policy.mode is not Mode.SWITCH else ""
        self.create(name, desired, rolling, strategy, load_balancer=load_balancer, **more)
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

    def _tick(self) -> None:
        self.note_wishes()
        for pair in self.watch.pairs:
            self.watch.note(pair)
        self._survive(lambda: self._survey(SurveyRequest(HERE, "tick", f"tick {self.now}"), self.now))
        self._work()

    def _deliver(self) -> None:
        self.note_wishes()
        self.interruptions += [
            self.now for event in self.events if event["detail"].get("stopCode") == "SpotInterruption"
        ]
        sent, self.events[:] = list(self.events), []
        self.heard.extend(sent)
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
        if isinstance(signal, CommandSignal):
            self.queue.steer(signal.command)

    def hand_over(self, events: Iterable[dict[str, Any]]) -> None:
        """Let events arrive now, made up ones too, and the passes that they wake run."""
        for event in events:
            self.deliver(event)
        self._work()

    def command(self, kind: CommandKind, **detail: str) -> Message:
        """Let an operator say something, and return what the hub said of it."""
        event = self.command_event(kind, **detail)
        self.hand_over([event])
        return next(sent for sent in self.outbox.sent if sent.detail.get("command_id") == event["id"])

    def command_event(self, kind: CommandKind, **detail: str) -> dict[str, Any]:
        """Return what EventBridge delivers of an operator's command."""
        named = {} if kind.for_fleet else {"service_id": SERVICE.key}
        return {
            "id": f"{kind} {self.now}",
            "detail-type": "Command",
            "source": "spot-failover.operator",
            "account": HUB,
            "time": self.now.isoformat(),
            "region": HERE.region,
            "detail": {"command": kind.value, "author": "mika", **named, **detail},
        }

    def event(self, name: str) -> dict[str, Any]:
        """Return the latest event of the world with this name, reason or stop code somewhere in it."""
        return next(event for event in reversed(self.heard) if name in str(event))

    def _work(self) -> None:
        while messages := self.queue.take():
            for message in messages:
                if isinstance(message, wakeups.Reconcile):
                    wake_up = WakeUp(message.service, message.cause, message.cause_id, self.now)
                    self._survive(partial(self._reconcile, wake_up, self.now))
                    self.watch.settle(self.watch.pair_of(message.service.service))
                if isinstance(message, wakeups.Steer):
                    self._survive(partial(self._steer, message, self.now))

    def _survive(self, job: Callable[[], None]) -> None:
        """Run a job; one that dies is gone and its message lost: the tick brings the next pass."""
        try:
            job()
        except FunctionDiesError:
            self.died += 1
