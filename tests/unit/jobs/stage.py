"""A stage for the jobs: the ports in memory, and an ECS whose answers a test writes down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from spot_failover.adapters.memory import (
    InMemoryEvidenceLog,
    InMemoryMetrics,
    InMemoryOutbox,
    InMemoryRegistry,
    InMemoryScaling,
    InMemoryServices,
    InMemorySpokes,
    InMemoryWorkQueue,
)
from spot_failover.domain.capacity import Strategy, StrategyItem
from spot_failover.domain.evidence import Evidence, EvidenceKind
from spot_failover.domain.identity import Location, ServiceId
from spot_failover.domain.policy import Policy
from spot_failover.domain.record import Message, Operation, Record
from spot_failover.domain.registration import DefaultPolicy, Registration
from spot_failover.domain.requests import SurveyRequest
from spot_failover.domain.service import Deployment, Observation, Rollout
from spot_failover.domain.severity import Severity
from spot_failover.domain.targets import UpdateService
from spot_failover.domain.tasks import Task
from spot_failover.jobs.reconcile import Reconcile, WakeUp
from spot_failover.jobs.survey import Survey

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
BUS = "arn:aws:events:eu-west-1:111122223333:event-bus/spot-failover"
HERE = Location("222233334444", "eu-west-1")
WEB = ServiceId(HERE.account, HERE.region, "shop", "web")
SPOT = Strategy((StrategyItem("FARGATE_SPOT", 1),))


class ScriptedEcs:
    """Answers with `shown`; an update has no effect until the test says so. `faults` come in order."""

    def __init__(self) -> None:
        self.shown: dict[ServiceId, Observation | None] = {}
        self.tasks_shown: dict[ServiceId, Sequence[Task]] = {}
        self.looked_at: list[ServiceId] = []
        self.updates: list[tuple[ServiceId, UpdateService]] = []
        self.described = 0
        self.describe_faults: list[BaseException] = []
        self.update_faults: list[BaseException] = []

    def describe(self, service: ServiceId, standby: str = "") -> Observation | None:
        self.described += 1
        if self.describe_faults:
            raise self.describe_faults.pop(0)
        shown = self.shown.get(service)
        if shown is None or not standby:
            return shown
        return replace(shown, standby=self.shown.get(service.beside(standby)))

    def describe_many(
        self, location: Location, cluster: str, services: Sequence[str]
    ) -> Mapping[str, Observation | None]:
        return {
            name: self.describe(ServiceId(location.account, location.region, cluster, name))
            for name in services
        }

    def tasks(self, service: ServiceId, observation: Observation) -> Sequence[Task]:
        self.looked_at.append(service)
        return self.tasks_shown.get(service, ())

    def discover(self, location: Location, clusters: Sequence[str]) -> Mapping[ServiceId, Observation]:
        if self.describe_faults:
            raise self.describe_faults.pop(0)
        return {
            service: shown
            for service, shown in self.shown.items()
            if shown and service.location == location and (not clusters or service.cluster in clusters)
        }

    def update(self, service: ServiceId, change: UpdateService, observation: Observation) -> str:
        if self.update_faults:
            raise self.update_faults.pop(0)
        self.updates.append((service, change))
        return f"ecs-svc/{len(self.updates) + 1}"


def told_to_people(outbox: InMemoryOutbox) -> list[Message]:
    """Return what was sent without the events that are only kept."""
    return [message for message in outbox.sent if message.detail["severity"] != Severity.AUDIT]


class Stage:
    """One registered service of four tasks on Spot, and everything around it."""

    def __init__(
        self, operation: Operation = Operation.ACTIVE, default_policy: DefaultPolicy | None = None
    ) -> None:
        self.now = START
        self.services = InMemoryServices()
        self.spokes = InMemorySpokes()
        self.evidence = InMemoryEvidenceLog()
        self.queue = InMemoryWorkQueue()
        self.outbox = InMemoryOutbox()
        self.metrics = InMemoryMetrics()
        self.registry = InMemoryRegistry()
        self.scaling = InMemoryScaling()
        self.ecs = ScriptedEcs()
        self.ecs.shown[WEB] = self.observation()
        self.reconcile = Reconcile(
            services=self.services,
            spokes=self.spokes,
            evidence=self.evidence,
            ecs=self.ecs,
            scaling=self.scaling,
            outbox=self.outbox,
            queue=self.queue,
            metrics=self.metrics,
            operation=operation,
        )
        self.survey = Survey(
            services=self.services,
            spokes=self.spokes,
            registry=self.registry,
            ecs=self.ecs,
            evidence=self.evidence,
            outbox=self.outbox,
            queue=self.queue,
            metrics=self.metrics,
            event_bus_arn=BUS,
            default_policy=default_policy,
        )

    def observation(self, strategy: Strategy = SPOT, running: int = 4, **more: object) -> Observation:
        deployment = Deployment(
            "ecs-svc/1", strategy, START - timedelta(days=1), 4, running, Rollout.COMPLETED
        )
        shown = Observation("ACTIVE", START - timedelta(days=2), 4, running, 0, (deployment,))
        return replace(shown, **more)  # type: ignore[arg-type]

    def register(self, service: ServiceId = WEB, policy: Policy | None = None) -> None:
        self.services.register(Registration(service, policy or Policy()), self.now)

    def placement_failure(self, event_id: str = "event-1", service: ServiceId = WEB) -> None:
        self.evidence.add(
            service, Evidence(EvidenceKind.SPOT_PLACEMENT_FAILURE, self.now, event_id, event_id)
        )

    def drought(self) -> None:
        """One task is missing and ECS has said why, a second after the last thing that happened."""
        self.later(1)
        self.placement_failure()
        self.ecs.shown[WEB] = self.observation(running=3)

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def wake(
        self, service: ServiceId = WEB, cause: str = "spot_placement_failure", cause_id: str = "event-1"
    ) -> None:
        self.reconcile(WakeUp(service, cause, cause_id, self.now), self.now)

    def tick(self, cause: str = "tick", deleted: str = "") -> None:
        self.survey(SurveyRequest(HERE, cause, f"tick {self.now}", deleted), self.now)

    def record(self, service: ServiceId = WEB) -> Record:
        record = self.services.load(service)
        assert record is not None
        return record

    @property
    def told(self) -> list[str]:
        """What people were told."""
        return [message.detail_type for message in told_to_people(self.outbox)]
