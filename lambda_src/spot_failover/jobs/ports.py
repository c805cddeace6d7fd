"""What the jobs need of the outside world; adapters implement it, over AWS or in memory.

Every `now` and every time is an aware UTC datetime. A method that cannot do its work raises a subclass of
`spot_failover.domain.errors.SpotFailoverError`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from spot_failover.domain.command import Command
    from spot_failover.domain.evidence import Evidence
    from spot_failover.domain.identity import Location, ServiceId
    from spot_failover.domain.ledger import Ledger
    from spot_failover.domain.metric import Metric
    from spot_failover.domain.readiness import Finding
    from spot_failover.domain.record import Message, Pause, Record, Spoke
    from spot_failover.domain.registration import Parameters, Registration
    from spot_failover.domain.scaling import Limits, Suspended
    from spot_failover.domain.service import Observation
    from spot_failover.domain.targets import UpdateService
    from spot_failover.domain.task_definition import TaskDefinition
    from spot_failover.domain.tasks import Task


class Services(Protocol):
    """The state table's service items."""

    def load(self, service: ServiceId) -> Record | None:
        """Read one record consistently; None where the service is not registered."""

    def save(self, record: Record) -> Record:
        """Write the pass's attributes of a record and return it with its new version.

        Neither policy, operation nor leaving are written: they belong to the registration; nor is a pause.

        Raises
        ------
        ConflictError
            The item is no longer at `record.version`, or was forgotten.

        """

    def forget(self, record: Record) -> None:
        """Delete the item at this version; ConflictError if it has moved on."""

    def register(self, registration: Registration, now: datetime) -> bool:
        """Create the item, or write the registration's attributes and end a leaving. True if it is new."""

    def mark_leaving(self, service: ServiceId, now: datetime) -> None:
        """Note when the registration was first withdrawn; a forgotten item stays forgotten."""

    def mark_missing(self, service: ServiceId, now: datetime) -> datetime:
        """Note that a complete read did not find the registration; return when that was first so."""

    def pause(self, service: ServiceId, pause: Pause | None) -> None:
        """Write the pause of a service, or end it; ConflictError where there is no such item."""

    def freeze(self, pause: Pause | None) -> None:
        """Write the pause of the whole fleet, or end it."""

    def frozen(self) -> Pause | None:
        """Read the pause of the whole fleet consistently."""

    def note_findings(self, service: ServiceId, findings: Sequence[Finding], now: datetime) -> None:
        """Write what a readiness check found, and when; a forgotten item stays forgotten."""

    def claim(self, standby: ServiceId, owner: ServiceId) -> ServiceId:
        """Make a service the one owner of a standby unless there is one; return who owns it."""

    def release(self, standby: ServiceId, owner: ServiceId) -> None:
        """Give a standby up, if it is the owner's."""

    def owner_of(self, standby: ServiceId) -> ServiceId | None:
        """Return whose standby a service is; None where it is nobody's."""

    def at(self, location: Location) -> Sequence[Record]:
        """Return all records of an account and region, eventually consistent."""


class Spokes(Protocol):
    """The state table's spoke items."""

    def load(self, location: Location) -> Spoke | None:
        """Read one spoke; None where the hub does not know it."""

    def save(self, spoke: Spoke) -> None:
        """Write one spoke."""

    def forget(self, location: Location) -> None:
        """Delete one spoke; no error where there is none."""

    def all(self) -> Iterable[Location]:
        """Return where the fleet runs, eventually consistent."""

    def known(self) -> Iterable[Spoke]:
        """Return every spoke as it was last written, eventually consistent."""


class Ledgers(Protocol):
    """The state table's ledger items, one an account and region."""

    def load(self, location: Location) -> Ledger | None:
        """Read one ledger consistently; None where none was written yet."""

    def save(self, ledger: Ledger) -> None:
        """Write one ledger over whatever is there."""


class EvidenceLog(Protocol):
    """The evidence table."""

    def add(self, service: ServiceId, evidence: Evidence) -> None:
        """Write one row; the same event again writes the same row."""

    def read(self, service: ServiceId, since: datetime) -> Sequence[Evidence]:
        """Read the rows with a time from `since` on, consistently."""


class Ecs(Protocol):
    """ECS in the workload accounts."""

    def describe(self, service: ServiceId, standby: str = "") -> Observation | None:
        """Describe a service and its standby in one call; None where it does not exist.

        Raises
        ------
        AccessDeniedError, ThrottledError, RefusedError, UnreachableError

        """

    def describe_many(
        self, location: Location, cluster: str, services: Sequence[str]
    ) -> Mapping[str, Observation | None]:
        """Describe services of one cluster, by name, ten to a call."""

    def tasks(self, service: ServiceId, observation: Observation) -> Sequence[Task]:
        """Return the tasks that ECS wants to run for a service or a standby, with their health."""

    def discover(self, location: Location, clusters: Sequence[str]) -> Mapping[ServiceId, Observation]:
        """Describe all services of the clusters with their tags; no clusters: of all there are."""

    def update(self, service: ServiceId, change: UpdateService, observation: Observation) -> str:
        """Make the change and return the id of the primary deployment that ECS answers with.

        The rolling settings are laid over `observation.deployment_configuration`. RefusedError says that ECS
        will not have it.
        """


class TaskDefinitions(Protocol):
    """Task definitions in the workload accounts."""

    def describe(self, location: Location, arn: str) -> TaskDefinition:
        """Describe one revision, asked of AWS once while the function lives.

        Raises
        ------
        AccessDeniedError, ThrottledError, RefusedError, UnreachableError

        """


class Scaling(Protocol):
    """Application Auto Scaling in the workload accounts."""

    def describe(self, service: ServiceId) -> Suspended | None:
        """Return what is suspended of a service's scalable target; None where it has none."""

    def limits(self, services: Sequence[ServiceId]) -> Mapping[ServiceId, Limits]:
        """Return the limits of those services, all of one account and region, that are scalable targets."""

    def suspend(self, service: ServiceId, suspended: Suspended) -> None:
        """Set what is suspended, and nothing else."""


class TargetGroups(Protocol):
    """Elastic Load Balancing in the workload accounts."""

    def deregistration_delay(self, location: Location, arn: str) -> int | None:
        """Return for how many seconds a target group drains a target; None where there is no such group."""


class Quotas(Protocol):
    """Service Quotas in the workload accounts."""

    def on_demand_vcpus(self, location: Location) -> float:
        """Return how many vCPUs Fargate may run on demand."""


class Registry(Protocol):
    """The parameters that Terraform writes in the workload accounts."""

    def read(self, location: Location) -> Parameters:
        """Read all parameters below /spot-failover completely, or raise."""


class Outbox(Protocol):
    """Where messages go: the hub's bus, the history, and the topic that tells people."""

    def send(self, messages: Sequence[Message]) -> Sequence[Message]:
        """Send each message wherever it is not yet, and return those that are not everywhere.

        A place that takes none is logged and counted, and never raised: to tell of a service must not keep
        anyone from looking after it.
        """


class History(Protocol):
    """What was done and why, service by service, for as long as the archive keeps events."""

    def read(self, service: ServiceId, since: datetime) -> Sequence[Message]:
        """Return the messages about a service from `since` on, oldest first."""


class WorkQueue(Protocol):
    """The queue work.fifo."""

    def reconcile(self, services: Iterable[ServiceId], cause: str, cause_id: str) -> None:
        """Wake services; the same `cause_id` wakes a service once."""

    def steer(self, command: Command) -> None:
        """Pass an operator's command on, in the order of what else is to be done to its service."""

    def survey(self, locations: Iterable[Location], cause: str, cause_id: str, deleted: str = "") -> None:
        """Ask for surveys; all but cause `tick` read the parameters anew.

        `deleted` names a parameter that an event says is gone.
        """


class Metrics(Protocol):
    """Metrics of the fleet, and as finely as it was set up, of what `of` names."""

    def count(self, name: Metric, value: float = 1, of: ServiceId | Location | None = None) -> None:
        """Add to a counter."""

    def measure(self, name: Metric, value: float, of: ServiceId) -> None:
        """Give a service's value of a gauge now."""
