"""The port `EvidenceLog` for long runs: rows expire, as they do in the evidence table."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from spot_failover.domain.evidence import Evidence
from spot_failover.domain.identity import ServiceId

_Key = tuple[datetime, str, str, str]
_TIME_TO_LIVE = timedelta(hours=24)
_ROWS_BETWEEN_SWEEPS = 256


@dataclass(slots=True)
class _Rows:
    keys: list[_Key] = field(default_factory=list)
    rows: dict[_Key, Evidence] = field(default_factory=dict)

    def add(self, evidence: Evidence) -> None:
        key = (evidence.time, evidence.kind.value, evidence.subject, evidence.event_id)
        if key not in self.rows:
            insort(self.keys, key)
            if len(self.keys) % _ROWS_BETWEEN_SWEEPS == 0:
                self._expire(evidence.time - _TIME_TO_LIVE)
        self.rows[key] = evidence

    def since(self, moment: datetime) -> Sequence[Evidence]:
        first = bisect_left(self.keys, (moment,))
        return [self.rows[key] for key in self.keys[first:]]

    def _expire(self, before: datetime) -> None:
        first = bisect_left(self.keys, (before,))
        for key in self.keys[:first]:
            del self.rows[key]
        del self.keys[:first]


class ExpiringEvidenceLog:
    """The evidence table; reading costs what is read, however long it has been running."""

    def __init__(self) -> None:
        self._services: dict[ServiceId, _Rows] = {}

    def add(self, service: ServiceId, evidence: Evidence) -> None:
        self._services.setdefault(service, _Rows()).add(evidence)

    def read(self, service: ServiceId, since: datetime) -> Sequence[Evidence]:
        rows = self._services.get(service)
        return rows.since(since) if rows else ()

    def latest(self, service: ServiceId) -> datetime | None:
        """Return the time of the newest row."""
        rows = self._services.get(service)
        return rows.keys[-1][0] if rows and rows.keys else None
