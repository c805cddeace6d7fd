"""The ports in memory, for tests and the backtest.

They mean the same as the adapters to AWS; tests/contract holds both to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from spot_failover.adapters.wakeups import Reconcile, Steer, Survey, WakeUp, deduplication_id
from spot_failover.domain.command import Command
from spot_failover.domain.errors import ConflictError, RefusedError
from spot_failover.domain.evidence import Evidence
from spot_failover.domain.identity import Location, ServiceId
from spot_failover.domain.ledger import Ledger
from spot_failover.domain.metric import Metric
from spot_failover.domain.readiness import Finding
from spot_failover.domain.record import Message, Pause, Record, Spoke
from spot_failover.domain.registration import Parameters, Registration
from spot_failover.domain.scaling import Limits, Suspended
from spot_failover.domain.task_definition import TaskDefinition


class InMemoryServices:
    """The service items of the state table."""

    def __init__(self) -> None:
        self._records: dict[ServiceId, Record] = {}
        self._owners: dict[ServiceId, ServiceId] = {}
        self._frozen: Pause | None = None

    def load(self, service: ServiceId) -> Record | None:
        return self._records.get(service)

    def save(self, record: Record) -> Record:
        theirs = self._records.get(record.id)
        if theirs is None or theirs.version != record.version:
            raise ConflictError(f"{record.id.key} was changed or forgotten in the meantime.")
        saved = replace(record, version=record.version + 1)
        self._records[record.id] = replace(
            saved,
            policy=theirs.policy,
            operation=theirs.operation,
            leaving=theirs.leaving,
            missing_since=theirs.missing_since,
            paused=theirs.paused,
            findings=theirs.findings,
            checked_at=theirs.checked_at,
        )
        return saved

    def forget(self, record: Record) -> None:
        theirs = self._records.get(record.id)
        # A registration that came back in the meantime did not touch the version.
        if theirs is None or (theirs.version, theirs.leaving) != (record.version, record.leaving):
            raise ConflictError(f"{record.id.key} was changed or forgotten in the meantime.")
        del self._records[record.id]

    def register(self, registration: Registration, now: datetime) -> bool:
        service = registration.service
        known = self._records.get(service)
        self._records[service] = replace(
            known or Record(service, registration.policy, since=now),
            policy=registration.policy,
            operation=registration.operation,
            leaving=None,
            missing_since=None,
        )
        return known is None

    def mark_leaving(self, service: ServiceId, now: datetime) -> None:
        record = self._records.get(service)
        if record:
            self._records[service] = replace(record, leaving=record.leaving or now)

    def mark_missing(self, service: ServiceId, now: datetime) -> datetime:
        record = self._records.get(service)
        if record is None:
            return now
        first = record.missing_since or now
        self._records[service] = replace(record, missing_since=first)
        return first

    def note_findings(self, service: ServiceId, findings: Sequence[Finding], now: datetime) -> None:
        record = self._records.get(service)
        if record:
            self._records[service] = replace(record, findings=tuple(findings), checked_at=now)

    def pause(self, service: ServiceId, pause: Pause | None) -> None:
        record = self._records.get(service)
        if record is None:
            raise ConflictError(f"{service.key} was forgotten in the meantime.")
        self._records[service] = replace(record, paused=pause)

    def freeze(self, pause: Pause | None) -> None:
        self._frozen = replace(pause, fleet=True) if pause else None

    def frozen(self) -> Pause | None:
        return self._frozen

    def claim(self, standby: ServiceId, owner: ServiceId) -> ServiceId:
        return self._owners.setdefault(standby, owner)

    def release(self, standby: ServiceId, owner: ServiceId) -> None:
        if self._owners.get(standby) == owner:
            del self._owners[standby]

    def owner_of(self, standby: ServiceId) -> ServiceId | None:
        return self._owners.get(standby)

    def at(self, location: Location) -> Sequence[Record]:
        return [self._records[service] for service in sorted(self._records) if service.location == location]


class InMemorySpokes:
    """The spoke items of the state table."""

    def __init__(self) -> None:
        self._spokes: dict[Location, Spoke] = {}

    def load(self, location: Location) -> Spoke | None:
        return self._spokes.get(location)

    def save(self, spoke: Spoke) -> None:
        self._spokes[spoke.location] = spoke

    def forget(self, location: Location) -> None:
        self._spokes.pop(location, None)

    def all(self) -> Sequence[Location]:
        return sorted(self._spokes)

    def known(self) -> Sequence[Spoke]:
        return list(self._spokes.values())


class InMemoryLedgers:
    """The ledger items of the state table."""

    def __init__(self) -> None:
        self._ledgers: dict[Location, Ledger] = {}

    def load(self, location: Location) -> Ledger | None:
        return self._ledgers.get(location)

    def save(self, ledger: Ledger) -> None:
        self._ledgers[ledger.location] = ledger


class InMemoryTaskDefinitions:
    """The task definitions of workload accounts; tests write `shown`, by ARN."""

    def __init__(self, shown: Mapping[str, TaskDefinition] | None = None) -> None:
        self.shown = dict(shown or {})

    def describe(self, location: Location, arn: str) -> TaskDefinition:
        if arn not in self.shown:
            raise RefusedError(f"There is no task definition {arn} in {location.key}.")
        return self.shown[arn]


class InMemoryEvidenceLog:
    """The evidence table."""

    def __init__(self) -> None:
        self._rows: dict[ServiceId, dict[tuple[datetime, str, str, str], Evidence]] = {}

    def add(self, service: ServiceId, evidence: Evidence) -> None:
        key = (evidence.time, evidence.kind, evidence.subject, evidence.event_id)
        self._rows.setdefault(service, {})[key] = evidence

    def read(self, service: ServiceId, since: datetime) -> Sequence[Evidence]:
        rows = self._rows.get(service, {})
        return [rows[key] for key in sorted(rows) if key[0] >= since]


class InMemoryWorkQueue:
    """The queue work.fifo; `wake_ups` holds what nobody took yet, oldest first."""

    def __init__(self) -> None:
        self.wake_ups: list[WakeUp] = []
        self._seen: set[str] = set()

    def reconcile(self, services: Iterable[ServiceId], cause: str, cause_id: str) -> None:
        self._send(Reconcile(service, cause, cause_id) for service in services)

    def steer(self, command: Command) -> None:
        self._send([Steer.of(command)])

    def survey(self, locations: Iterable[Location], cause: str, cause_id: str, deleted: str = "") -> None:
        self._send(Survey(location, cause, cause_id, deleted) for location in locations)

    def take(self) -> list[WakeUp]:
        """Return all messages and empty the queue."""
        taken, self.wake_ups = self.wake_ups, []
        return taken

    def _send(self, wake_ups: Iterable[WakeUp]) -> None:
        for wake_up in wake_ups:
            deduplication = deduplication_id(wake_up)
            if deduplication not in self._seen:
                self._seen.add(deduplication)
                self.wake_ups.append(wake_up)


class InMemoryOutbox:
    """Where messages go, and their history; `sent` holds every message in order.

    `down`: nothing is taken for now.
    """

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.down = False

    def send(self, messages: Sequence[Message]) -> Sequence[Message]:
        if self.down:
            return messages
        self.sent.extend(messages)
        return ()

    def read(self, service: ServiceId, since: datetime) -> Sequence[Message]:
        about = [sent for sent in self.sent if sent.detail.get("service_id") == service.key]
        distinct = {(sent.time, sent.id): sent for sent in about if sent.time >= since}
        return [distinct[key] for key in sorted(distinct)]


class InMemoryMetrics:
    """Counters by name, what each was last about, and the latest value of every gauge by name and service."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.about: dict[Metric, ServiceId | Location | None] = {}
        self.gauges: dict[Metric, dict[ServiceId, float]] = {}

    def count(self, name: Metric, value: float = 1, of: ServiceId | Location | None = None) -> None:
        self.counts[name] += value  # type: ignore[assignment]  # seconds are no whole numbers
        self.about[name] = of

    def measure(self, name: Metric, value: float, of: ServiceId) -> None:
        self.gauges.setdefault(name, {})[of] = value


class InMemoryScaling:
    """Application Auto Scaling; `targets` holds the services that have a scalable target.

    Tests write its limits to `limited`, where those of 0 and 100 are not to be shown.
    """

    def __init__(self, targets: Mapping[ServiceId, Suspended] | None = None) -> None:
        self.targets = dict(targets or {})
        self.limited: dict[ServiceId, Limits] = {}

    def describe(self, service: ServiceId) -> Suspended | None:
        return self.targets.get(service)

    def limits(self, services: Sequence[ServiceId]) -> Mapping[ServiceId, Limits]:
        return {
            service: self.limited.get(service, Limits(0, 100))
            for service in services
            if service in self.targets
        }

    def suspend(self, service: ServiceId, suspended: Suspended) -> None:
        if service not in self.targets:
            raise RefusedError(f"{service.key} has no scalable target whose limits could be kept.")
        self.targets[service] = suspended


class InMemoryTargetGroups:
    """Target groups of workload accounts; tests write `delays`, seconds by ARN."""

    def __init__(self, delays: Mapping[str, int] | None = None) -> None:
        self.delays = dict(delays or {})

    def deregistration_delay(self, location: Location, arn: str) -> int | None:  # noqa: ARG002 - ARNs are unique
        return self.delays.get(arn)


class InMemoryQuotas:
    """Quotas of workload accounts; tests write `vcpus`."""

    def __init__(self, vcpus: float = 1000) -> None:
        self.vcpus = vcpus

    def on_demand_vcpus(self, location: Location) -> float:  # noqa: ARG002 - one for all
        return self.vcpus


class InMemoryRegistry:
    """The parameters of workload accounts; tests and the backtest write `values`."""

    def __init__(self, values: Mapping[Location, Mapping[str, str]] | None = None) -> None:
        self.values = {location: dict(parameters) for location, parameters in (values or {}).items()}

    def read(self, location: Location) -> Parameters:
        return dict(self.values.get(location, {}))
