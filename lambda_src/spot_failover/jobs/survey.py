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
    Registration,
    Registrations,
    read_registrations,
    service_of_parameter,
)
from spot_failover.jobs import messages

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
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
# The heartbeat comes every hour. What a spoke itself sends proves that its whole path works.
SILENT_AFTER = timedelta(hours=2)
FROM_THE_SPOKE = frozenset({"heartbeat", "registration"})


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
        """Survey one account and region; a fault is recorded on the spoke and not raised.

        Parameters that cannot be read are tried less and less often. The services known are looked at all the
        same, every time: what they need cannot wait for a registration.
        """
        spoke = self._heard(request, self.spokes.load(request.location), now)
        faults: list[SpotFailoverError] = []
        try:
            if _refresh_is_due(request, spoke, now):
                spoke = self._refresh(request, spoke, now)
        except SpotFailoverError as fault:
            faults.append(fault)
            spoke = _later(request, spoke, now)
        faults += self._look(request, now)
        if faults:
            self._note(request.location, spoke, faults[0], now)
        elif spoke and spoke.last_error and spoke.retry_at is None:
            self.spokes.save(replace(spoke, last_error=""))

    def _heard(self, request: SurveyRequest, spoke: Spoke | None, now: datetime) -> Spoke | None:
        """Note that the spoke's own events come through, or tell, once, that they have stopped."""
        if spoke is None:
            return None
        if request.cause in FROM_THE_SPOKE:
            return replace(spoke, heard_at=now, silent=False)
        if spoke.heard_at is None or now - spoke.heard_at < SILENT_AFTER:
            return spoke
        self.metrics.count("SilentSpokes")
        if spoke.silent:
            return spoke
        reason = (
            f"Nothing has been heard of the spoke since {spoke.heard_at:%Y-%m-%d %H:%M} UTC. Its rules, its "
            "role or its heartbeat are gone or disabled: interruptions there may go unseen."
        )
        logger.error("%s: %s", spoke.location.key, reason)
        told = replace(spoke, silent=self._told(messages.SPOKE_SILENT, spoke.location, [reason], now))
        self.spokes.save(told)
        return told

    # --- registrations ---

    def _refresh(self, request: SurveyRequest, spoke: Spoke | None, now: datetime) -> Spoke | None:
        """Read all parameters and bring the state table in line; return None where this hub has no spoke."""
        parameters = self.registry.read(request.location)
        found = read_registrations(parameters, request.location, self.event_bus_arn)
        known = {record.id: record for record in self.services.at(request.location)}
        if found.settings is None and spoke is None and not known and not found.rejected:
            return None
        heard_at = now if request.cause in FROM_THE_SPOKE or spoke is None else spoke.heard_at
        refreshed = replace(
            spoke or Spoke(request.location),
            refreshed_at=now,
            heard_at=heard_at,
            rejected=self._reported(request.location, found, spoke, now),
            failures=0,
            retry_at=None,
        )
        if found.settings:
            refreshed = replace(refreshed, missing_since=None)
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

    def _reported(
        self, location: Location, found: Registrations, before: Spoke | None, now: datetime
    ) -> Mapping[str, str]:
        """Count and tell what was rejected; return what is to be noted down as told."""
        told = before.rejected if before else {}
        if not found.rejected:
            return found.rejected
        self.metrics.count("RejectedRegistrations", len(found.rejected))
        fresh = [reason for name, reason in found.rejected.items() if told.get(name) != reason]
        for reason in fresh:
            logger.warning("A registration was rejected: %s", reason)
        sent = self._told(messages.REGISTRATION_REJECTED, location, fresh, now)
        return found.rejected if sent else told

    def _told(self, kind: str, location: Location, reasons: Sequence[str], now: datetime) -> bool:
        """Send what the survey has to say; False where the bus did not take it, so that it is said again."""
        if not reasons:
            return True
        try:
            self.outbox.send([messages.of_location(kind, location, reason, now) for reason in reasons])
        except SpotFailoverError as fault:
            logger.warning("The messages about %s wait for the next survey: %s", location.key, fault)
            return False
        return True

    # --- services ---

    def _look(self, request: SurveyRequest, now: datetime) -> list[SpotFailoverError]:
        """Wake the services with news; one cluster's fault does not hide the others."""
        clusters: dict[str, list[Record]] = defaultdict(list)
        for record in self.services.at(request.location):
            clusters[record.id.cluster].append(record)
        faults: list[SpotFailoverError] = []
        for cluster, records in clusters.items():
            names = [record.id.service for record in records]
            try:
                shown = self.ecs.describe_many(request.location, cluster, names)
                self._wake(request, records, [shown[name] for name in names], now)
            except SpotFailoverError as fault:
                faults.append(fault)
        return faults

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

    def _note(self, location: Location, spoke: Spoke | None, fault: SpotFailoverError, now: datetime) -> None:
        self.metrics.count("FailedPasses")
        logger.error("The survey of %s failed: %s", location.key, fault)
        if spoke is None:
            return
        fresh = [str(fault)] if str(fault) != spoke.last_error else []
        told = self._told(messages.SPOKE_FAULT, location, fresh, now)
        self.spokes.save(replace(spoke, last_error=str(fault) if told else spoke.last_error))


def _refresh_is_due(request: SurveyRequest, spoke: Spoke | None, now: datetime) -> bool:
    if not request.scheduled or spoke is None:
        return True
    if spoke.retry_at:
        return now >= spoke.retry_at
    return spoke.refreshed_at is None or now - spoke.refreshed_at >= REFRESH_AFTER


def _later(request: SurveyRequest, spoke: Spoke | None, now: datetime) -> Spoke | None:
    """Put the next read of the parameters off.

    A place that only sends events of unregistered services is not taken into the fleet by its refusals.
    """
    if spoke is None and request.cause not in FROM_THE_SPOKE:
        return None
    known = spoke or Spoke(request.location, heard_at=now)
    wait = min(FIRST_RETRY * 2 ** min(known.failures, 10), LAST_RETRY)
    return replace(known, failures=known.failures + 1, retry_at=now + wait)


def _kept(found: Registrations, known: dict[ServiceId, Record]) -> list[Registration]:
    """Return what is registered with a policy that cannot be used: the last good one stays in force."""
    if found.settings is None:
        return []
    usable = {registration.service for registration in found.services}
    return [
        Registration(service, known[service].policy, found.settings.operation)
        for service in sorted((found.present & known.keys()) - usable)
    ]


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
