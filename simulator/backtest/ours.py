"""What this repository ships, as a contender: the real jobs, the real parser, tables in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from simulator.backtest.contender import Counts, ServiceSpec
from simulator.backtest.evidence import ExpiringEvidenceLog
from simulator.backtest.ports import world_scaling
from simulator.backtest.readings import RememberingEcs
from simulator.backtest.records import WatchedServices
from simulator.backtest.rounds import MINUTE, NEVER, Round, describing
from simulator.backtest.services import SPOT_ONLY, create_service, create_twin, service_of
from simulator.world import ServiceKey, World
from spot_failover.adapters.memory import (
    InMemoryMetrics,
    InMemoryRegistry,
    InMemorySpokes,
)
from spot_failover.domain.command import Command
from spot_failover.domain.evidence import NOTICE, NOTICE_SLACK
from spot_failover.domain.identity import Location, ServiceId
from spot_failover.domain.policy import Mode, Policy
from spot_failover.domain.record import Message, Operation, Phase, Record, Spoke
from spot_failover.domain.registration import Registration
from spot_failover.domain.requests import SurveyRequest
from spot_failover.events.model import EvidenceSignal
from spot_failover.events.parser import parse
from spot_failover.jobs import messages
from spot_failover.jobs.reconcile import Reconcile, WakeUp
from spot_failover.jobs.survey import Survey

_HUB: Final = "111122223333"
# ECS tells of every change by an event, but for what its scheduler does at its next look, a second or so
# after one.
_AFTERMATH: Final = timedelta(seconds=5)


class Ours:
    """The jobs `reconcile` and `survey` over a world.

    Parameters
    ----------
    policy
        Of every service; its standby is named for it.
    thorough
        Survey every minute and read everything anew, however little can have changed.
    """

    def __init__(self, policy: Policy, *, name: str = "", thorough: bool = False) -> None:
        self.name = name or f"ours, {policy.mode}"
        self._policy = policy
        self._thorough = thorough
        self._services = WatchedServices()
        self._evidence = ExpiringEvidenceLog()
        self._outbox = _Outbox()
        self._queue = _Queue()
        self._surveys: dict[Location, Round] = {}
        self._looks: dict[ServiceId, Round] = {}
        self._at: dict[Location, list[ServiceId]] = {}
        self._names: dict[ServiceId, tuple[ServiceId, ...]] = {}
        self._owners: dict[ServiceId, ServiceId] = {}
        self._calls_left_out = 0
        self._spent: dict[ServiceId, int] = {}  # calls of the passes since a survey began

    def start(self, world: World, specs: Sequence[ServiceSpec]) -> None:
        self._world = world
        self._ecs = RememberingEcs(world, forgetful=self._thorough)
        spokes, metrics = InMemorySpokes(), InMemoryMetrics()
        for spec in specs:
            self._register(spec)
        for location in sorted({Location(spec.account, spec.region) for spec in specs}):
            spokes.save(Spoke(location, refreshed_at=NEVER))
            self._surveys[location] = Round(world.now, world.now, world.now)
        self._reconcile = Reconcile(
            services=self._services,
            spokes=spokes,
            evidence=self._evidence,
            ecs=self._ecs,
            scaling=world_scaling(world),
            outbox=self._outbox,
            queue=self._queue,
            metrics=metrics,
            operation=Operation.ACTIVE,
        )
        self._survey = Survey(
            services=self._services,
            spokes=spokes,
            registry=InMemoryRegistry(),
            ecs=self._ecs,
            evidence=self._evidence,
            outbox=self._outbox,
            queue=self._queue,
            metrics=metrics,
            event_bus_arn="",
        )

    def event(self, envelope: dict[str, Any], now: datetime) -> None:
        key = service_of(envelope)
        if key is None:
            return
        self._ecs.forget_task(envelope["detail"].get("taskArn", ""))
        look = self._looks[self._owners[_service_id(key)]]
        look.due = look.heard_at = now
        if not is_forwarded(envelope):
            return
        signal = parse(envelope, drills=False, hub_account=_HUB, now=now)
        if isinstance(signal, EvidenceSignal):
            self._evidence.add(signal.service, signal.evidence)
            if signal.wake:
                self._queue.reconcile([signal.service], signal.evidence.kind.value, envelope["id"])

    def work(self, now: datetime) -> None:
        """Make one pass over each service that was woken.

        Each message would make its own, but those of one moment see the same rows: the first does it all.
        """
        for service, (cause, cause_id) in self._queue.take().items():
            calls = self._ecs.calls
            self._reconcile(WakeUp(service, cause, cause_id, now), now)
            self._spent[service] = self._ecs.calls - calls

    def tick(self, now: datetime) -> None:
        for location, survey in self._surveys.items():
            looks = ((service, self._looks[service]) for service in self._at[location])
            due = frozenset(service for service, look in looks if self._thorough or look.due <= now)
            if due:
                self._calls_left_out += survey.left_out(now - MINUTE)
                self._look(location, due, now)

    def quiet(self, now: datetime) -> bool:
        if self._thorough:
            return False
        due = min(look.due for look in self._looks.values())
        return due == NEVER or now < (self._world.next_transition_at() or NEVER) <= due

    def keys(self, spec: ServiceSpec) -> tuple[ServiceKey, ...]:
        return (spec.key,) if self._policy.mode is Mode.SWITCH else (spec.key, spec.standby_key)

    @property
    def counts(self) -> Counts:
        told = self._outbox.told
        return Counts(
            ecs_calls=self._ecs.calls + self._not_made(),
            failovers=told[messages.FAILING_OVER],
            restores=told[messages.RESTORED],
            failed_restores=told[messages.RESTORE_FAILED],
        )

    def _not_made(self) -> int:
        rounds = (*self._surveys.values(), *self._looks.values())
        return self._calls_left_out + sum(one.left_out(self._world.now) for one in rounds)

    def _register(self, spec: ServiceSpec) -> None:
        create_service(self._world, spec, SPOT_ONLY)
        policy = self._policy
        if policy.mode is not Mode.SWITCH:
            create_twin(self._world, spec)
            standby = replace(policy.standby, service_name=spec.standby_key.service)
            policy = replace(policy, standby=standby)
        service, now = _service_id(spec.key), self._world.now
        self._services.register(Registration(service, policy), now)
        self._looks[service] = Round(now, now, now)
        self._at.setdefault(service.location, []).append(service)
        self._names[service] = tuple(_service_id(key) for key in self.keys(spec))
        self._owners |= dict.fromkeys(self._names[service], service)

    def _look(self, location: Location, due: frozenset[ServiceId], now: datetime) -> None:
        """Survey those for which it is time; the calls for the others are counted as if they were made."""
        survey = self._surveys[location]
        survey.done_at = now
        survey.calls = self._describing(self._at[location])
        self._calls_left_out += survey.calls - self._describing(due)
        for service in due:
            look = self._looks[service]
            self._calls_left_out += look.left_out(now - MINUTE)
        for seen in (self._ecs.asked, self._services.changed, self._spent):
            seen.clear()
        with self._services.narrowed(due):
            self._survey(SurveyRequest(location, "tick", f"tick {now}"), now)
        busy, woken = set(self._ecs.asked), self._queue.woken
        self.work(now)
        busy |= self._services.changed
        for service in due:
            look, record = self._looks[service], self._services.load(service)
            look.done_at, look.calls = now, self._spent.get(service, 0)
            if record is None or service in busy or now - look.heard_at <= _AFTERMATH:
                look.due = now + MINUTE
            else:
                look.due = self._due(record, now, woken=service in woken)

    def _describing(self, services: Iterable[ServiceId]) -> int:
        return describing(name for service in services for name in self._names[service])

    def _due(self, record: Record, now: datetime, *, woken: bool) -> datetime:
        """Return when time alone could change something about a service that the last pass left alone."""
        if record.retry_at is None and not woken:
            return NEVER  # ECS shows what it should, and does so until there is an event
        latest = self._evidence.latest(record.id)
        waits = record.phase is Phase.ON_DEMAND and record.not_before and record.hold is None
        if not waits or record.retry_at or (latest and now - latest <= _reach(record.policy)):
            return now + MINUTE
        return max(record.not_before or now, now + MINUTE)


@dataclass(slots=True)
class _Queue:
    """The queue work.fifo: a service that was woken twice before it was looked at is looked at once."""

    _woken: dict[ServiceId, tuple[str, str]] = field(default_factory=dict)

    @property
    def woken(self) -> frozenset[ServiceId]:
        """Who waits to be looked at."""
        return frozenset(self._woken)

    def reconcile(self, services: Iterable[ServiceId], cause: str, cause_id: str) -> None:
        for service in services:
            self._woken.setdefault(service, (cause, cause_id))

    def survey(self, locations: Iterable[Location], cause: str, cause_id: str, deleted: str = "") -> None:
        """Leave it to the tick: all services of a backtest are registered before it begins."""

    def steer(self, command: Command) -> None:
        raise NotImplementedError(f"Nobody is there to {command.kind} anything in a backtest.")

    def take(self) -> dict[ServiceId, tuple[str, str]]:
        """Return who was woken, and why, and empty the queue."""
        woken, self._woken = self._woken, {}
        return woken


@dataclass(slots=True)
class _Outbox:
    """Where messages go, of which only the kinds are counted."""

    told: Counter[str] = field(default_factory=Counter)

    def send(self, told: Sequence[Message]) -> Sequence[Message]:
        self.told.update(message.detail_type for message in told)
        return ()


def _service_id(key: ServiceKey) -> ServiceId:
    return ServiceId(key.account, key.region, key.cluster, key.service)


def is_forwarded(envelope: dict[str, Any]) -> bool:
    """Whether a rule of the spoke could let the event through: what none does costs nothing."""
    detail = envelope["detail"]
    if envelope["detail-type"] == "ECS Service Action":
        return bool(detail["eventName"] == "SERVICE_TASK_PLACEMENT_FAILURE")
    if envelope["detail-type"] != "ECS Task State Change" or detail["capacityProviderName"] != "FARGATE_SPOT":
        return False
    stop_code = detail.get("stopCode")
    return bool(
        detail["lastStatus"] == "RUNNING" if stop_code is None else stop_code != "ServiceSchedulerInitiated"
    )


def _reach(policy: Policy) -> timedelta:
    """Return how long a row of evidence can matter."""
    longest = max(policy.thresholds.window_seconds, policy.restore.window_seconds)
    return timedelta(seconds=longest) + NOTICE + NOTICE_SLACK
