"""What services looked like some seconds ago, kept only while stale reads are asked for."""

from __future__ import annotations

from collections import deque
from datetime import datetime

from simulator.world.documents import service_document
from simulator.world.ground import Ground
from simulator.world.model import Document, Service
from simulator.world.names import ServiceKey


class History:
    """The documents of services at every change."""

    def __init__(self, ground: Ground) -> None:
        self._schedule = ground.schedule
        self._state = ground.state
        self._faults = ground.faults
        self._kept: dict[ServiceKey, deque[tuple[datetime, Document]]] = {}
        self._begun = ground.schedule.now
        ground.faults.on_stale = self._begin

    def note(self, service: Service) -> None:
        """Keep what a service looks like now."""
        if not self._faults.staleness:
            return
        kept = self._kept.setdefault(service.key, deque())
        kept.append((self._schedule.now, service_document(service)))
        as_of = self._schedule.now - self._faults.staleness
        while len(kept) > 1 and kept[1][0] <= as_of:
            kept.popleft()

    def document(self, service: Service) -> Document | None:
        """Return what a reader sees of a service: None where it did not exist yet at the time seen."""
        if not self._faults.staleness:
            return service_document(service)
        as_of = self._schedule.now - self._faults.staleness
        seen = None
        for at, document in self._kept.get(service.key, ()):
            if at <= as_of or (at == self._begun and seen is None):
                seen = document
        return seen

    def _begin(self) -> None:
        self._begun = self._schedule.now
        self._kept.clear()
        for region in self._state.regions.values():
            for service in region.services.values():
                self.note(service)
