"""The state table in memory, as point-in-time recovery has it: what it held at a moment, all of it."""

from __future__ import annotations

from dataclasses import dataclass

from spot_failover.adapters.memory import InMemoryServices
from spot_failover.domain.identity import ServiceId
from spot_failover.domain.record import Pause, Record


@dataclass(frozen=True, slots=True)
class Backup:
    """Records, claims and the fleet's freeze of a moment."""

    records: dict[ServiceId, Record]
    owners: dict[ServiceId, ServiceId]
    frozen: Pause | None

    @classmethod
    def of(cls, services: InMemoryServices) -> Backup:
        """Keep what the table holds now."""
        return cls(dict(services._records), dict(services._owners), services._frozen)

    def restore(self, services: InMemoryServices) -> None:
        """Make the table what it was."""
        services._records, services._owners = dict(self.records), dict(self.owners)
        services._frozen = self.frozen


def put(services: InMemoryServices, record: Record) -> None:
    """Write one record over whatever is there, as nothing but an operator with a backup does."""
    services._records[record.id] = record
