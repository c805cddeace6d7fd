"""The things of ECS that the world keeps: clusters, task definitions, services, deployments and tasks."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from simulator.world.behaviours import ExitAt
from simulator.world.names import ServiceKey, arn
from simulator.world.places import Place
from simulator.world.schedule import Due

Document = dict[str, Any]

FARGATE: Final = "FARGATE"
FARGATE_SPOT: Final = "FARGATE_SPOT"
SERVICE_EVENTS_KEPT: Final = 100


class TaskStatus(StrEnum):
    """The last status of a task, in ECS's words."""

    PROVISIONING = "PROVISIONING"
    PENDING = "PENDING"
    ACTIVATING = "ACTIVATING"
    RUNNING = "RUNNING"
    DEACTIVATING = "DEACTIVATING"
    STOPPING = "STOPPING"
    DEPROVISIONING = "DEPROVISIONING"
    STOPPED = "STOPPED"


STARTING: Final = frozenset({TaskStatus.PROVISIONING, TaskStatus.PENDING, TaskStatus.ACTIVATING})


class RolloutState(StrEnum):
    """How far a deployment of the ECS controller has come."""

    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class StrategyItem:
    """One capacity provider of a strategy."""

    provider: str
    weight: int = 0
    base: int = 0


Strategy = tuple[StrategyItem, ...]


@dataclass(frozen=True, slots=True)
class TaskDefinition:
    """As much of a task definition as running its tasks needs; containers are (name, image)."""

    arn: str
    cpu: str
    memory: str
    stop_timeout: float
    containers: tuple[tuple[str, str], ...]
    health_check: bool = False  # an essential container has one
    architecture: str = "X86_64"  # or ARM64, as runtimePlatform names it

    @property
    def size(self) -> str:
        """CPU units and MiB, as in `256/512`."""
        return f"{self.cpu}/{self.memory}"


@dataclass(slots=True)
class Cluster:
    """A cluster of one account and region."""

    account: str
    region: str
    name: str
    capacity_providers: tuple[str, ...]
    default_strategy: Strategy
    arn: str = field(init=False)

    def __post_init__(self) -> None:
        self.arn = arn(self.account, self.region, f"cluster/{self.name}")


@dataclass(frozen=True, slots=True)
class Revision:
    """What a deployment rolls out. A circuit breaker that rolls back brings all of it back."""

    task_definition: TaskDefinition | None
    launch_type: str | None
    strategy: Strategy
    platform_version: str
    settings: Document = field(
        default_factory=dict
    )  # passed through as given: network, volumes, Service Connect


@dataclass(slots=True)
class Deployment:
    """One rollout of a service."""

    id: str
    revision: Revision
    created_at: datetime
    updated_at: datetime
    rollout_state: RolloutState
    rollout_reason: str
    failed_tasks: int = 0
    has_succeeded: bool = False  # a task ran well: failures are no longer counted
    is_rollback: bool = False


@dataclass(slots=True)
class Wave:
    """Tasks that a service starts together: they share what slows them down."""

    share: float
    tasks: int
    until: datetime


@dataclass(slots=True)
class Service:
    """A service and everything that runs for it."""

    cluster: Cluster
    name: str
    created_at: datetime
    created_by: str
    desired_count: int
    controller: str
    scheduling_strategy: str
    deployment_configuration: Document
    settings: Document  # echoed as given: what the world does not act on
    tags: list[dict[str, str]]
    revision: Revision
    status: str = "ACTIVE"
    deployments: list[Deployment] = field(default_factory=list)  # the primary one first
    completed: Deployment | None = None  # where a circuit breaker rolls back to
    tasks: dict[str, Task] = field(default_factory=dict)  # all that have not stopped
    messages: deque[Document] = field(default_factory=lambda: deque(maxlen=SERVICE_EVENTS_KEPT))
    told: dict[str, datetime] = field(default_factory=dict)  # messages that are not repeated yet
    placement_failures: dict[str, int] = field(
        default_factory=dict
    )  # per provider, without a success between them
    placement_retry_at: dict[str, datetime] = field(default_factory=dict)
    waves: dict[str, Wave] = field(default_factory=dict)  # per provider
    start_failures: int = 0
    start_retry_at: datetime | None = None
    steady: bool = False
    extra: int = 0  # tasks above the desired count, while its zones are rebalanced
    next_look: Due | None = None
    changes: int = 0  # how often it, or one of its tasks, may have changed
    spot_running: int = 0  # kept as tasks change: counting them each time would take most of a run
    on_demand_running: int = 0
    serving: int = 0
    key: ServiceKey = field(init=False)
    arn: str = field(init=False)  # in the long format

    def __post_init__(self) -> None:
        cluster = self.cluster
        self.key = ServiceKey(cluster.account, cluster.region, cluster.name, self.name)
        self.arn = arn(cluster.account, cluster.region, f"service/{cluster.name}/{self.name}")

    @property
    def primary(self) -> Deployment:
        """The deployment that the service is on or rolls out."""
        return self.deployments[0]

    @property
    def has_load_balancer(self) -> bool:
        """Whether tasks are registered with a target group before they run and drained before they stop."""
        return bool(self.settings.get("loadBalancers"))

    @property
    def target_groups(self) -> list[str]:
        """The ARNs of the target groups that its tasks are registered with."""
        return [
            str(balancer["targetGroupArn"])
            for balancer in self.settings["loadBalancers"]
            if balancer.get("targetGroupArn")
        ]


@dataclass(slots=True)
class Task:
    """A task from its launch until about an hour after it stopped."""

    id: str
    cluster: Cluster
    definition: TaskDefinition
    group: str
    provider: str | None  # None for a plain launch type
    created_at: datetime
    updated_at: datetime
    subnet: str = ""  # empty where the request named none
    zone: str = ""
    behind_load_balancer: bool = False
    service: Service | None = None
    deployment: Deployment | None = None
    started_by: str | None = None
    settings: Document = field(default_factory=dict)
    tags: list[dict[str, str]] = field(default_factory=list)
    last_status: TaskStatus = TaskStatus.PROVISIONING
    desired_status: TaskStatus = TaskStatus.RUNNING
    version: int = 0
    exit_at: ExitAt = ExitAt.SIGTERM
    exit_code: int | None = None
    interrupted: bool = False
    finishing: float = 0.0  # seconds that its container needs longer to exit
    connectivity_at: datetime | None = None
    pull_started_at: datetime | None = None
    pull_stopped_at: datetime | None = None
    started_at: datetime | None = None
    healthy_at: datetime | None = None  # passed its first health check, of its target groups and its own
    unhealthy: bool = False
    stopping_at: datetime | None = None
    execution_stopped_at: datetime | None = None
    stopped_at: datetime | None = None
    stop_code: str | None = None
    stopped_reason: str | None = None
    next: Due | None = None
    exit: Due | None = None  # the end of its container, which no state waits for
    check: Due | None = None  # what its health checks find next
    counted: tuple[int, int, int] = (0, 0, 0)  # its part of the service's counts
    frame: Any = None  # what stays the same in its documents
    place: Place = field(init=False)
    arn: str = field(init=False)  # in the long format

    def __post_init__(self) -> None:
        self.arn = arn(self.cluster.account, self.cluster.region, f"task/{self.cluster.name}/{self.id}")
        definition = self.definition
        self.place = Place(
            account=self.cluster.account,
            region=self.cluster.region,
            zone=self.zone,
            architecture=definition.architecture,
            size=definition.size,
        )

    @property
    def is_spot(self) -> bool:
        """Whether it runs on capacity that AWS may take back."""
        return self.provider == FARGATE_SPOT

    @property
    def is_wanted(self) -> bool:
        """Whether ECS still counts on it."""
        return self.desired_status is TaskStatus.RUNNING

    @property
    def is_running(self) -> bool:
        """Whether the API counts it as running."""
        return self.last_status is TaskStatus.RUNNING

    @property
    def is_starting(self) -> bool:
        """Whether it is still on its way to RUNNING."""
        return self.last_status in STARTING

    @property
    def is_checked(self) -> bool:
        """Whether anyone asks for its health: a load balancer, or a container's own health check."""
        return self.behind_load_balancer or self.definition.health_check

    @property
    def is_serving(self) -> bool:
        """Whether its container does work: until it exits, or as long as its load balancer sends it any."""
        if self.started_at is None or self.execution_stopped_at is not None:
            return False
        return not self.behind_load_balancer or (self.is_wanted and self.healthy_at is not None)
