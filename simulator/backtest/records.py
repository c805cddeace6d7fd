"""The port `Services` in memory, which notices whether a pass has changed anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime
from operator import attrgetter
from typing import Final

from spot_failover.adapters.memory import InMemoryServices
from spot_failover.domain.identity import Location, ServiceId
from spot_failover.domain.record import Record
from spot_failover.domain.registration import Registration

# Every pass writes when it was made, whatever else it does.
_PASSING: Final = frozenset({"passed_at", "version"})
_standing = attrgetter(*(field.name for field in fields(Record) if field.name not in _PASSING))


class WatchedServices(InMemoryServices):
    """The service items of the state table; `changed` holds those that a write said something new of."""

    def __init__(self) -> None:
        super().__init__()
        self.changed: set[ServiceId] = set()
        self._only: frozenset[ServiceId] | None = None
        self._located: dict[Location, list[ServiceId]] = {}

    def save(self, record: Record) -> Record:
        before = self.load(record.id)
        saved = super().save(record)
        if before is None or _standing(before) != _standing(saved):
            self.changed.add(record.id)
        return saved

    def register(self, registration: Registration, now: datetime) -> bool:
        located = self._located.setdefault(registration.service.location, [])
        if registration.service not in located:
            located.append(registration.service)
            located.sort()
        return super().register(registration, now)

    def at(self, location: Location) -> Sequence[Record]:
        only = self._only
        chosen = (service for service in self._located.get(location, ()) if only is None or service in only)
        return [record for service in chosen if (record := self.load(service)) is not None]

    @contextmanager
    def narrowed(self, only: frozenset[ServiceId]) -> Iterator[None]:
        """Show these services alone where those of a place are asked for."""
        self._only = only
        try:
            yield
        finally:
            self._only = None
