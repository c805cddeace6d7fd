"""The survey of one account and region: read registrations, look at services, wake those with news.

It catches whatever no event told: lost events, silent deficits, retries that are due.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from spot_failover.domain.errors import SpotFailoverError
from spot_failover.domain.phases import blocked
from spot_failover.domain.record import HoldKind, Phase, Record, Spoke
from spot_failover.domain.registration import (
    SPOKE_PARAMETER,
    Registrations,
    read_registrations,
    service_of_parameter,
)
from spot_failover.jobs import messages

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from spot_failover.domain.identity import Location, ServiceId
    from spot_failover.domain.service import Observation
    from spot_failover.jobs import ports

logger = logging.getLogger(__name__)

# Parameters are read at most this often, unless an event says that they changed.
REFRESH_AFTER = timedelta(minutes=10)
# Absence counts when two complete reads this far apart agree, or when an event said so and one read confirms
# it.
GONE_AFTER = timedelta(minutes=10)
# A spoke that cannot be read is tried less and less often, down to once an hour.
FIRST_RETRY = timedelta(minutes=1)
LAST_RETRY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class SurveyRequest:
    """Why a survey is asked for. `deleted` names a parameter that an event says is gone."""

    location: Location
    cause: str
    cause_id: str
    deleted: str = ""

    @property
    def scheduled(self) -> bool:
        """Whether only the clock asks."""
        return self.cause == "tick"


@dataclass(frozen=True, slots=True)
class Survey:
    """The job `survey(account, region)`; `event_bus_arn` is the hub's bus, by which a spoke names its hub."""

    services: ports.Services
    spokes: ports.Spokes
    registry: ports.Registry
    ecs: ports.Ecs
    outbox: ports.Outbox
    queue: ports.WorkQueue
    metrics: ports.Metrics
    event_bus_arn: str

    def __call__(self, request: SurveyRequest, now: datetime) -> None:
        """Survey one account and region; a fault is recorded on the spoke and not raised."""
        location = request.location
        spoke = self.spokes.load(location)
        if request.scheduled and spoke and spoke.retry_at and now < spoke.retry_at:
            return
        try:
            if not request.scheduled or spoke is None or _stale(spoke, now):
                spoke = self._refresh(request, spoke, now)
            if spoke:
                self._look(request, now)
        except SpotFailoverError as fault:
            self._note(spoke or Spoke(location), fault, now)
        else:
            if spoke and spoke.failures:
                self.spokes.save(replace(spoke, last_error="", failures=0, retry_at=None))

    # --- registrations ---

    def _refresh(self, request: SurveyRequest, spoke: Spoke | None, now: datetime) -> Spoke | None:
        """Read all parameters and bring the state table in line; return None where this hub has no spoke."""
        parameters = self.registry.read(request.location)
        found = read_registrations(parameters, request.location, self.event_bus_arn)
        known = {record.id: record for record in self.services.at(request.location)}
        if found.settings is None and spoke is None and not known and not found.rejected:
            return None
        refreshed = replace(spoke or Spoke(request.location), refreshed_at=now, rejected=found.rejected)
        self._report(refreshed, spoke, found, now)
        if found.settings:
            refreshed = replace(
                refreshed,
                clusters=found.settings.clusters,
                operation=found.settings.operation,
                missing_since=None,
            )
        elif SPOKE_PARAMETER not in found.rejected:
            refreshed = replace(refreshed, missing_since=refreshed.missing_since or now)
        self._register(found, known, now)
        self._withdraw(request, found, refreshed, known, now)
        if refreshed.missing_since and not known:
            self.spokes.forget(request.location)
            return None
        self.spokes.save(refreshed)
        return refreshed

    def _register(self, found: Registrations, known: dict[ServiceId, Record], now: datetime) -> None:
        new = []
        for registration in found.services:
            record = known.get(registration.service)
            if record and record.registered_as(registration.policy, registration.operation):
                continue
            if self.services.register(registration, now):
                new.append(registration.service)
        if new:
            self.queue.reconcile(new, "registration", now.isoformat())

    def _withdraw(
        self,
        request: SurveyRequest,
        found: Registrations,
        spoke: Spoke,
        known: dict[ServiceId, Record],
        now: datetime,
    ) -> None:
        """Let services leave whose parameter is gone for certain; a doubtful one stays protected."""
        spoke_deleted = request.deleted == SPOKE_PARAMETER or (
            spoke.missing_since is not None and now - spoke.missing_since >= GONE_AFTER
        )
        spoke_gone = spoke.missing_since is not None and spoke_deleted
        deleted = service_of_parameter(request.deleted, request.location)
        for service, record in known.items():
            if record.leaving or (service in found.present and not spoke_gone):
                continue
            first = now if service == deleted or spoke_gone else self.services.mark_missing(service, now)
            if service == deleted or spoke_gone or now - first >= GONE_AFTER:
                self.services.mark_leaving(service, now)

    def _report(self, spoke: Spoke, before: Spoke | None, found: Registrations, now: datetime) -> None:
        if not found.rejected:
            return
        self.metrics.count("RejectedRegistrations", len(found.rejected))
        told = before.rejected if before else {}
        fresh = [reason for name, reason in found.rejected.items() if told.get(name) != reason]
        for reason in fresh:
            logger.warning("A registration was rejected: %s", reason)
        if fresh:
            # Told before it is noted down: a crash in between tells it twice, never not at all.
            self.outbox.send(
                [
                    messages.of_location(messages.REGISTRATION_REJECTED, spoke.location, reason, now)
                    for reason in fresh
                ]
            )

    # --- services ---

    def _look(self, request: SurveyRequest, now: datetime) -> None:
        """Wake the services with news; one cluster's fault does not hide the others."""
        clusters: dict[str, list[Record]] = defaultdict(list)
        for record in self.services.at(request.location):
            clusters[record.id.cluster].append(record)
        faults: list[SpotFailoverError] = []
        for cluster, records in clusters.items():
            names = [record.id.service for record in records]
            try:
                shown = self.ecs.describe_many(request.location, cluster, names)
            except SpotFailoverError as fault:
                faults.append(fault)
                continue
            self._wake(request, records, [shown[name] for name in names], now)
        if faults:
            raise faults[0]

    def _wake(
        self,
        request: SurveyRequest,
        records: list[Record],
        shown: Sequence[Observation | None],
        now: datetime,
    ) -> None:
        woken = [
            record.id
            for record, observation in zip(records, shown, strict=True)
            if has_news(record, observation, now)
        ]
        if woken:
            self.queue.reconcile(woken, "survey", request.cause_id)

    def _note(self, spoke: Spoke, fault: SpotFailoverError, now: datetime) -> None:
        self.metrics.count("FailedPasses")
        logger.error("The survey of %s failed: %s", spoke.location.key, fault)
        if str(fault) != spoke.last_error:
            self.outbox.send([messages.of_location(messages.SPOKE_FAULT, spoke.location, str(fault), now)])
        wait = min(FIRST_RETRY * 2 ** min(spoke.failures, 10), LAST_RETRY)
        self.spokes.save(
            replace(spoke, last_error=str(fault), failures=spoke.failures + 1, retry_at=now + wait)
        )


def has_news(record: Record, observation: Observation | None, now: datetime) -> bool:
    """Whether a pass over this service could change anything."""
    if record.retry_at:
        return now >= record.retry_at
    if record.phase is not Phase.STEADY or record.leaving or record.outbox or record.put_back:
        return True
    if observation is None or not observation.active:
        return False
    if observation.created_at != record.service_created_at:
        return True
    if record.hold and record.hold.kind is HoldKind.BLOCKED:
        return blocked(observation) != record.hold.reason
    return record.hold is not None or observation.running < observation.desired


def _stale(spoke: Spoke, now: datetime) -> bool:
    return spoke.refreshed_at is None or now - spoke.refreshed_at >= REFRESH_AFTER
