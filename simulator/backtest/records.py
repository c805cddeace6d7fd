"""The port `Services` in memory, which notices whether a pass has changed anything."""

from __future__ import annotations

from collections.abc import Sequence
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
    """The service items of the state table; `changes` counts the writes that said something new."""

    def __init__(self) -> None:
        super().__init__()
        self.changes = 0
        self._located: dict[Location, list[ServiceId]] = {}

    def save(self, record: Record) -> Record:
        before = self.load(record.id)
        saved = super().save(record)
        if before is None or _standing(before) != _standing(saved):
            self.changes += 1
        return saved

    def register(self, registration: Registration, now: datetime) -> bool:
        located = self._located.setdefault(registration.service.location, [])
        if registration.service not in located:
            located.append(registration.service)
            located.sort()
        return super().register(registration, now)

    def at(self, location: Location) -> Sequence[Record]:
        records = (self.load(service) for service in self._located.get(location, ()))
        return [record for record in records if record is not None]
