"""The ports in memory, for tests and the backtest: the same meaning as the AWS adapters, which tests/contract holds them to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from spot_failover.adapters.wakeups import Reconcile, Survey, WakeUp, deduplication_id
from spot_failover.domain.errors import ConflictError
from spot_failover.domain.record import Record
from spot_failover.domain.registration import Parameters

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from spot_failover.domain.evidence import Evidence
    from spot_failover.domain.identity import Location, ServiceId
    from spot_failover.domain.record import Message, Spoke
    from spot_failover.domain.registration import Registration


@dataclass(frozen=True, slots=True)
class _Item:
    record: Record
    missing: datetime | None = None


class InMemoryServices:
    """The service items of the state table."""

    def __init__(self) -> None:
        """Start with no service registered."""
        self._items: dict[ServiceId, _Item] = {}

    def load(self, service: ServiceId) -> Record | None:
        """Return one record."""
        item = self._items.get(service)
        return item.record if item else None

    def save(self, record: Record) -> Record:
        """Write all but what belongs to the registration."""
        item = self._items.get(record.id)
        if item is None or item.record.version != record.version:
            raise ConflictError(f"{record.id.key} was changed or forgotten by someone else; the pass starts over.")
        saved = replace(record, version=record.version + 1)
        theirs = item.record
        stored = replace(saved, policy=theirs.policy, operation=theirs.operation, leaving=theirs.leaving)
        self._items[record.id] = replace(item, record=stored)
        return saved

    def forget(self, record: Record) -> None:
        """Delete the item unless it was saved, or registered again, since."""
        item = self._items.get(record.id)
        if item is None or (item.record.version, item.record.leaving) != (record.version, record.leaving):
            raise ConflictError(f"{record.id.key} was changed or forgotten by someone else; it is not deleted.")
        del self._items[record.id]

    def register(self, registration: Registration, now: datetime) -> bool:
        """Create the item, or write the registration's attributes."""
        item = self._items.get(registration.service)
        record = item.record if item else Record(registration.service, registration.policy, since=now)
        registered = replace(record, policy=registration.policy, operation=registration.operation, leaving=None)
        self._items[registration.service] = _Item(registered)
        return item is None

    def mark_leaving(self, service: ServiceId, now: datetime) -> None:
        """Note the time, once."""
        item = self._items.get(service)
        if item and item.record.leaving is None:
            self._items[service] = replace(item, record=replace(item.record, leaving=now))

    def mark_missing(self, service: ServiceId, now: datetime) -> datetime:
        """Note the time, once."""
        item = self._items.get(service)
        if item is None:
            return now
        first = item.missing or now
        self._items[service] = replace(item, missing=first)
        return first

    def at(self, location: Location) -> Sequence[Record]:
        """Return the records of an account and region by id."""
        return [self._items[service].record for service in sorted(self._items) if service.location == location]


class InMemorySpokes:
    """The spoke items of the state table."""

    def __init__(self) -> None:
        """Start with no spoke known."""
        self._spokes: dict[Location, Spoke] = {}

    def load(self, location: Location) -> Spoke | None:
        """Return one spoke."""
        return self._spokes.get(location)

    def save(self, spoke: Spoke) -> None:
        """Write one spoke."""
        self._spokes[spoke.location] = spoke

    def forget(self, location: Location) -> None:
        """Delete one spoke."""
        self._spokes.pop(location, None)

    def all(self) -> Sequence[Location]:
        """Return where the fleet runs."""
        return sorted(self._spokes)


class InMemoryEvidenceLog:
    """The evidence table."""

    def __init__(self) -> None:
        """Start with no evidence."""
        self._rows: dict[ServiceId, dict[tuple[datetime, str, str, str], Evidence]] = {}

    def add(self, service: ServiceId, evidence: Evidence) -> None:
        """Write one row."""
        key = (evidence.time, evidence.kind, evidence.subject, evidence.event_id)
        self._rows.setdefault(service, {})[key] = evidence

    def read(self, service: ServiceId, since: datetime) -> Sequence[Evidence]:
        """Return the rows from `since` on, by time."""
        rows = self._rows.get(service, {})
        return [rows[key] for key in sorted(rows) if key[0] >= since]


class InMemoryWorkQueue:
    """The queue work.fifo; `wake_ups` holds what nobody took yet, oldest first."""

    def __init__(self) -> None:
        """Start empty."""
        self.wake_ups: list[WakeUp] = []
        self._seen: set[str] = set()

    def reconcile(self, services: Iterable[ServiceId], cause: str, cause_id: str) -> None:
        """Queue a message for each service, unless this cause has done so."""
        self._send((Reconcile(service, cause) for service in services), cause_id)

    def survey(self, locations: Iterable[Location], cause: str, cause_id: str, deleted: str = "") -> None:
        """Queue a message for each location, unless this cause has done so."""
        self._send((Survey(location, cause, deleted) for location in locations), cause_id)

    def take(self) -> list[WakeUp]:
        """Return all messages and empty the queue."""
        taken, self.wake_ups = self.wake_ups, []
        return taken

    def _send(self, wake_ups: Iterable[WakeUp], cause_id: str) -> None:
        for wake_up in wake_ups:
            deduplication = deduplication_id(wake_up, cause_id)
            if deduplication not in self._seen:
                self._seen.add(deduplication)
                self.wake_ups.append(wake_up)


class InMemoryOutbox:
    """The hub's bus; `sent` holds every message in order."""

    def __init__(self) -> None:
        """Start with nothing sent."""
        self.sent: list[Message] = []

    def send(self, messages: Sequence[Message]) -> None:
        """Keep the messages."""
        self.sent.extend(messages)


class InMemoryMetrics:
    """Counters by name."""

    def __init__(self) -> None:
        """Start at zero."""
        self.counts: Counter[str] = Counter()

    def count(self, name: str, value: int = 1) -> None:
        """Add to a counter."""
        self.counts[name] += value


class InMemoryRegistry:
    """The parameters of workload accounts; tests and the backtest write `values`."""

    def __init__(self, values: Mapping[Location, Mapping[str, str]] | None = None) -> None:
        """Start with these parameters, name to value for each account and region."""
        self.values = {location: dict(parameters) for location, parameters in (values or {}).items()}

    def read(self, location: Location) -> Parameters:
        """Return what is there."""
        return Parameters(dict(self.values.get(location, {})))
