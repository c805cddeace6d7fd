"""Keeping the state table in line with the registrations of an account and region."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from spot_failover.domain.metric import Metric
from spot_failover.domain.record import Phase, Spoke
from spot_failover.domain.registration import (
    SPOKE_PARAMETER,
    Registration,
    Registrations,
    read_registrations,
    service_of_parameter,
)
from spot_failover.jobs import messages

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from spot_failover.domain.identity import Location, ServiceId
    from spot_failover.domain.record import Record
    from spot_failover.domain.registration import DefaultPolicy
    from spot_failover.jobs import ports
    from spot_failover.jobs.telling import Telling

logger = logging.getLogger(__name__)

# Absence counts when two complete reads this far apart agree, or when an event said so and one read confirms
# it.
GONE_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Registrar:
    """Reads all parameters of a place, and takes services in or lets them leave.

    event_bus_arn: the hub's bus, by which a spoke names its hub. default_policy: the hub's own, for spokes
    that have none.
    """

    services: ports.Services
    spokes: ports.Spokes
    registry: ports.Registry
    ecs: ports.Ecs
    queue: ports.WorkQueue
    metrics: ports.Metrics
    telling: Telling
    event_bus_arn: str
    default_policy: DefaultPolicy | None

    def refresh(
        self, location: Location, spoke: Spoke | None, deleted: str, now: datetime, *, heard: bool
    ) -> Spoke | None:
        """Bring the state table in line; return None where this hub has no spoke.

        `deleted` names a parameter that an event says is gone; `heard` says that the spoke itself asked.
        """
        parameters = self.registry.read(location)
        found = read_registrations(parameters, location, self.event_bus_arn)
        known = {record.id: record for record in self.services.at(location)}
        if found.settings is None and spoke is None and not known and not found.rejected:
            return None
        found = self._with_defaults(found, location, known)
        refreshed = replace(
            spoke or Spoke(location),
            refreshed_at=now,
            heard_at=now if heard or spoke is None else spoke.heard_at,
            rejected=self._reported(location, found, spoke, now),
            failures=0,
            retry_at=None,
            gone_at=None,
        )
        there = found.settings is not None or SPOKE_PARAMETER in found.rejected
        refreshed = replace(refreshed, missing_since=None if there else refreshed.missing_since or now)
        self._register(found, known, now)
        # A spoke's parameter that cannot be used says nothing of what its default policy covers.
        if SPOKE_PARAMETER not in found.rejected:
            self._withdraw(location, found, refreshed, deleted, known, now)
        if refreshed.missing_since and not known:
            self.spokes.forget(location)
            return None
        self.spokes.save(refreshed)
        return refreshed

    def _with_defaults(
        self, found: Registrations, location: Location, known: Mapping[ServiceId, Record]
    ) -> Registrations:
        """Add the services that only a default policy covers: the spoke's, or else the hub's."""
        if found.settings is None:
            return found
        default = found.settings.default_policy or self.default_policy
        if default is None:
            return found
        shown = self.ecs.discover(location, found.settings.clusters)
        covered = [
            service
            for service, observation in sorted(shown.items())
            if service not in found.present
            and default.covers(service, observation)
            # One that was moved off Spot by a failover of ours is still to be brought home.
            and (observation.strategy.uses_spot or _is_away(known.get(service)))
        ]
        added = [Registration(service, default.policy, found.settings.operation) for service in covered]
        return replace(found, services=(*found.services, *added), present=found.present | frozenset(covered))

    def _register(self, found: Registrations, known: Mapping[ServiceId, Record], now: datetime) -> None:
        new = []
        for registration in (*found.services, *_kept(found, known)):
            record = known.get(registration.service)
            if record and record.registered_as(registration.policy, registration.operation):
                continue
            if self.services.register(registration, now):
                new.append(registration.service)
        if new:
            self.queue.reconcile(new, "registration", now.isoformat())

    def _withdraw(
        self,
        location: Location,
        found: Registrations,
        spoke: Spoke,
        deleted: str,
        known: Mapping[ServiceId, Record],
        now: datetime,
    ) -> None:
        """Let services leave whose parameter is gone for certain; a doubtful one stays protected."""
        spoke_deleted = deleted == SPOKE_PARAMETER or (
            spoke.missing_since is not None and now - spoke.missing_since >= GONE_AFTER
        )
        spoke_gone = spoke.missing_since is not None and spoke_deleted
        withdrawn = service_of_parameter(deleted, location)
        for service, record in known.items():
            if record.leaving or (service in found.present and not spoke_gone):
                continue
            certain = service == withdrawn or spoke_gone
            first = now if certain else self.services.mark_missing(service, now)
            if certain or now - first >= GONE_AFTER:
                self.services.mark_leaving(service, now)

    def _reported(
        self, location: Location, found: Registrations, before: Spoke | None, now: datetime
    ) -> Mapping[str, str]:
        """Count and tell what was rejected; return what is to be noted down as told."""
        told = before.rejected if before else {}
        if not found.rejected:
            return found.rejected
        self.metrics.count(Metric.REJECTED_REGISTRATIONS, len(found.rejected), location)
        fresh = [reason for name, reason in found.rejected.items() if told.get(name) != reason]
        for reason in fresh:
            logger.warning("A registration was rejected: %s", reason)
        sent = self.telling.of_location(messages.REGISTRATION_REJECTED, location, fresh, now)
        return found.rejected if sent else told


def _is_away(record: Record | None) -> bool:
    return record is not None and record.phase is not Phase.STEADY


def _kept(found: Registrations, known: Mapping[ServiceId, Record]) -> list[Registration]:
    """Return what is registered with a policy that cannot be used: the last good one stays in force."""
    if found.settings is None:
        return []
    usable = {registration.service for registration in found.services}
    return [
        Registration(service, known[service].policy, found.settings.operation)
        for service in sorted((found.present & known.keys()) - usable)
    ]
