"""The survey of one account and region: read registrations, look at services, wake those with news.

It catches whatever no event told: lost events, silent deficits, retries that are due.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from spot_failover.domain.detection import is_short, seen_by_survey
from spot_failover.domain.errors import AccessDeniedError, SpotFailoverError
from spot_failover.domain.metric import Metric
from spot_failover.domain.news import has_news
from spot_failover.domain.policy import Mode
from spot_failover.domain.record import Phase, Record, Spoke
from spot_failover.domain.registration import SPOKE_PARAMETER
from spot_failover.domain.requests import SurveyRequest
from spot_failover.domain.transitions import as_begun
from spot_failover.jobs import messages
from spot_failover.jobs.readiness import Readiness
from spot_failover.jobs.readings import Readings, Seen
from spot_failover.jobs.registrar import Registrar
from spot_failover.jobs.telling import Telling

if TYPE_CHECKING:
    from datetime import datetime

    from spot_failover.domain.registration import DefaultPolicy
    from spot_failover.domain.service import Observation
    from spot_failover.jobs import ports


logger = logging.getLogger(__name__)

# Parameters are read at most this often, unless an event says that they changed.
REFRESH_AFTER = timedelta(minutes=10)
# A spoke that cannot be read is tried less and less often, down to once an hour.
FIRST_RETRY = timedelta(minutes=1)
LAST_RETRY = timedelta(hours=1)
# The heartbeat comes every hour. What a spoke itself sends proves that its whole path works.
SILENT_AFTER = timedelta(hours=2)
# A spoke that is silent or deleted, and whose role refuses, is gone: it may still come back for a week.
LOOK_AT_GONE = timedelta(hours=1)
FORGET_GONE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Survey:
    """The job `survey(account, region)`; the hub's bus and default policy are settings.

    Without `readings` nothing is measured, and without `readiness` nothing is checked.
    """

    services: ports.Services
    spokes: ports.Spokes
    registry: ports.Registry
    ecs: ports.Ecs
    evidence: ports.EvidenceLog
    outbox: ports.Outbox
    queue: ports.WorkQueue
    metrics: ports.Metrics
    event_bus_arn: str
    default_policy: DefaultPolicy | None = None
    readings: Readings | None = None
    readiness: Readiness | None = None

    def __call__(self, request: SurveyRequest, now: datetime) -> None:
        """Survey one account and region; a fault is recorded on the spoke and not raised.

        Parameters that cannot be read are tried less and less often. The services known are looked at all the
        same, every time: what they need cannot wait for a registration.
        """
        spoke = self._heard(request, self.spokes.load(request.location), now)
        if spoke and spoke.gone_at and not self._is_asked(request, spoke, now):
            return
        faults: list[SpotFailoverError] = []
        try:
            if _refresh_is_due(request, spoke, now):
                spoke = self._registrar.refresh(
                    request.location, spoke, request.deleted, now, heard=request.from_the_spoke
                )
        except SpotFailoverError as fault:
            faults.append(fault)
            spoke = _later(request, spoke, now)
        seen: list[Seen] = []
        faults += self._look(request, seen, now)
        if self.readings and request.scheduled:
            self.readings(request.location, seen, now)
        if self.readiness and spoke and request.scheduled:
            spoke = self.readiness(spoke, seen, now)
        if faults:
            self._note(request, spoke, faults[0], now)
        elif spoke and (spoke.last_error or spoke.gone_at) and spoke.retry_at is None:
            self.spokes.save(replace(spoke, last_error="", gone_at=None))

    @property
    def _telling(self) -> Telling:
        return Telling(self.outbox)

    @property
    def _registrar(self) -> Registrar:
        return Registrar(
            self.services,
            self.spokes,
            self.registry,
            self.ecs,
            self.queue,
            self.metrics,
            self._telling,
            self.event_bus_arn,
            self.default_policy,
        )

    # --- the spoke ---

    def _heard(self, request: SurveyRequest, spoke: Spoke | None, now: datetime) -> Spoke | None:
        """Note that the spoke's own events come through, or tell, once, that they have stopped."""
        if spoke is None:
            return None
        if request.from_the_spoke:
            return replace(spoke, heard_at=now, silent=False)
        if spoke.heard_at is None or now - spoke.heard_at < SILENT_AFTER:
            return spoke
        self.metrics.count(Metric.SILENT_SPOKES, of=spoke.location)
        if spoke.silent:
            return spoke
        reason = (
            f"Nothing has been heard of the spoke since {spoke.heard_at:%Y-%m-%d %H:%M} UTC. Its rules, its "
            "role or its heartbeat are gone or disabled: interruptions there may go unseen."
        )
        logger.error("%s: %s", spoke.location.key, reason)
        sent = self._telling.of_location(messages.SPOKE_SILENT, spoke.location, [reason], now)
        told = replace(spoke, silent=sent)
        self.spokes.save(told)
        return told

    def _is_asked(self, request: SurveyRequest, spoke: Spoke, now: datetime) -> bool:
        """Whether a spoke that is gone is asked now: hourly, or when it is heard; forget it in the end."""
        if request.from_the_spoke:
            return True
        if spoke.gone_at and now - spoke.gone_at >= FORGET_GONE:
            for record in self.services.at(spoke.location):
                if record.claimed:
                    self.services.release(record.id.beside(record.claimed), record.id)
                self.services.forget(record)
            self.spokes.forget(spoke.location)
            logger.warning("%s was gone for seven days, and is forgotten.", spoke.location.key)
            return False
        if spoke.looked_at and now - spoke.looked_at < LOOK_AT_GONE:
            return False
        self.spokes.save(replace(spoke, looked_at=now))
        return True

    def _note(
        self, request: SurveyRequest, spoke: Spoke | None, fault: SpotFailoverError, now: datetime
    ) -> None:
        self.metrics.count(Metric.FAILED_PASSES, of=request.location)
        if isinstance(fault, AccessDeniedError):
            self.metrics.count(Metric.DENIED_SPOKES, of=request.location)
        logger.error("The survey of %s failed: %s", request.location.key, fault)
        if spoke is None:
            return
        withdrawn = spoke.silent or spoke.missing_since or request.deleted == SPOKE_PARAMETER
        if withdrawn and isinstance(fault, AccessDeniedError):
            self.spokes.save(self._gone(spoke, fault, now))
            return
        fresh = [str(fault)] if str(fault) != spoke.last_error else []
        told = self._telling.of_location(messages.SPOKE_FAULT, request.location, fresh, now)
        self.spokes.save(replace(spoke, last_error=str(fault) if told else spoke.last_error))

    def _gone(self, spoke: Spoke, fault: SpotFailoverError, now: datetime) -> Spoke:
        away = [
            record.id.service
            for record in self.services.at(spoke.location)
            if record.phase is not Phase.STEADY
        ]
        left = f" Left as they are, on demand: {', '.join(away)}." if away else ""
        reason = (
            "The spoke is gone: nothing is heard of it and its role refuses. Nothing is touched there; it is "
            f"asked once an hour and forgotten after seven days.{left} AWS says: {fault}"
        )
        fresh = [] if spoke.gone_at else [reason]
        told = self._telling.of_location(messages.SPOKE_GONE, spoke.location, fresh, now)
        gone_at = spoke.gone_at or (now if told else None)
        return replace(spoke, gone_at=gone_at, looked_at=now, last_error=str(fault), retry_at=None)

    # --- services ---

    def _look(self, request: SurveyRequest, seen: list[Seen], now: datetime) -> list[SpotFailoverError]:
        """Wake the services with news, note all in `seen`; one cluster's fault does not hide the others."""
        clusters: dict[str, list[Record]] = defaultdict(list)
        for record in self.services.at(request.location):
            clusters[record.id.cluster].append(as_begun(record))
        faults: list[SpotFailoverError] = []
        for cluster, records in clusters.items():
            try:
                self._look_at_cluster(request, cluster, records, seen, now)
            except SpotFailoverError as fault:
                faults.append(fault)
        return faults

    def _look_at_cluster(
        self, request: SurveyRequest, cluster: str, records: list[Record], seen: list[Seen], now: datetime
    ) -> None:
        standbys = [record.policy.standby.service_name for record in records]
        names = dict.fromkeys([*(record.id.service for record in records), *filter(None, standbys)])
        shown = self.ecs.describe_many(request.location, cluster, list(names))
        woken = []
        for record, standby in zip(records, standbys, strict=True):
            observation = shown[record.id.service]
            if observation and standby:
                observation = replace(observation, standby=shown[standby])
            if observation:
                seen.append(Seen(record, observation))
            fails = self._look_at_tasks(request, record, observation, now)
            if fails or has_news(record, observation, now):
                woken.append(record.id)
        if woken:
            self.queue.reconcile(woken, "survey", request.cause_id)

    def _look_at_tasks(
        self, request: SurveyRequest, record: Record, observation: Observation | None, now: datetime
    ) -> bool:
        """Look for tasks that wait and for silent deficits where some are missing; note what is seen."""
        if observation is None or not is_short(observation) or not _counts_on_spot(record):
            return False
        try:
            tasks = self.ecs.tasks(record.id, observation)
        except SpotFailoverError as fault:
            # The service itself is looked at all the same: it is short.
            logger.warning("The tasks of %s could not be looked at: %s", record.id.key, fault)
            return False
        rows = seen_by_survey(observation, tasks, record.policy.thresholds, now, request.cause_id)
        for row in rows:
            self.evidence.add(record.id, row)
        return bool(rows)


def _counts_on_spot(record: Record) -> bool:
    """Whether missing Spot tasks would move it: what is on demand in another mode is asked for none."""
    return record.phase in {Phase.STEADY, Phase.RESTORING} or record.policy.mode is Mode.BACKFILL


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
    if spoke is None and not request.from_the_spoke:
        return None
    known = spoke or Spoke(request.location, heard_at=now)
    wait = min(FIRST_RETRY * 2 ** min(known.failures, 10), LAST_RETRY)
    return replace(known, failures=known.failures + 1, retry_at=now + wait)
