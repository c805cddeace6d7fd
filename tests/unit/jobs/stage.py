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
    InMemoryServices,
    InMemorySpokes,
    InMemoryWorkQueue,
)
from spot_failover.domain.capacity import Strategy, StrategyItem
from spot_failover.domain.evidence import Evidence, EvidenceKind
from spot_failover.domain.identity import Location, ServiceId
from spot_failover.domain.policy import Policy
from spot_failover.domain.record import Operation, Record
from spot_failover.domain.registration import Registration
from spot_failover.domain.service import Deployment, Observation, Rollout
from spot_failover.domain.targets import UpdateService
from spot_failover.jobs.reconcile import Reconcile, WakeUp
from spot_failover.jobs.survey import Survey, SurveyRequest

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
BUS = "arn:aws:events:eu-west-1:111122223333:event-bus/spot-failover"
HERE = Location("222233334444", "eu-west-1")
WEB = ServiceId(HERE.account, HERE.region, "shop", "web")
SPOT = Strategy((StrategyItem("FARGATE_SPOT", 1),))


class ScriptedEcs:
    """Answers with `shown`; an update has no effect until the test says so. `faults` come in order."""

    def __init__(self) -> None:
        self.shown: dict[ServiceId, Observation | None] = {}
        self.updates: list[tuple[ServiceId, UpdateService]] = []
        self.described = 0
        self.describe_faults: list[BaseException] = []
        self.update_faults: list[BaseException] = []

    def describe(self, service: ServiceId) -> Observation | None:
        self.described += 1
        if self.describe_faults:
            raise self.describe_faults.pop(0)
        return self.shown.get(service)

    def describe_many(
        self, location: Location, cluster: str, services: Sequence[str]
    ) -> Mapping[str, Observation | None]:
        return {
            name: self.describe(ServiceId(location.account, location.region, cluster, name))
            for name in services
        }

    def update(self, service: ServiceId, change: UpdateService, observation: Observation) -> str:
        if self.update_faults:
            raise self.update_faults.pop(0)
        self.updates.append((service, change))
        return f"ecs-svc/{len(self.updates) + 1}"


class Stage:
    """One registered service of four tasks on Spot, and everything around it."""

    def __init__(self, operation: Operation = Operation.ACTIVE) -> None:
        self.now = START
        self.services = InMemoryServices()
        self.spokes = InMemorySpokes()
        self.evidence = InMemoryEvidenceLog()
        self.queue = InMemoryWorkQueue()
        self.outbox = InMemoryOutbox()
        self.metrics = InMemoryMetrics()
        self.registry = InMemoryRegistry()
        self.ecs = ScriptedEcs()
        self.ecs.shown[WEB] = self.observation()
        self.reconcile = Reconcile(
            self.services,
            self.spokes,
            self.evidence,
            self.ecs,
            self.outbox,
            self.queue,
            self.metrics,
            operation,
        )
        self.survey = Survey(
            self.services, self.spokes, self.registry, self.ecs, self.outbox, self.queue, self.metrics, BUS
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
        return [message.detail_type for message in self.outbox.sent]
