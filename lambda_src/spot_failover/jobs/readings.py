"""What a survey measures: metrics of every service, and the ledger of the place.

Nothing here is ever a reason for a survey to fail: a fault is logged and counted, and the rest goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Final

from spot_failover.domain.errors import RefusedError, SpotFailoverError, UnreadableItemError
from spot_failover.domain.health import REACH, Health, health, needs_evidence
from spot_failover.domain.ledger import Ledger, Usage
from spot_failover.domain.metric import Metric
from spot_failover.domain.savings import ADVICE, advice, used

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from spot_failover.domain.evidence import Evidence
    from spot_failover.domain.identity import Location, ServiceId
    from spot_failover.domain.record import Operation, Record
    from spot_failover.domain.savings import PriceList
    from spot_failover.domain.service import Observation
    from spot_failover.domain.task_definition import TaskSize
    from spot_failover.jobs import ports
    from spot_failover.jobs.telling import Telling

logger = logging.getLogger(__name__)

# Of a longer silence nobody knows what ran.
LONGEST_LOOK: Final = timedelta(minutes=5)
# Task definitions described in one survey: a new fleet is known after a few minutes, and no survey is slow.
SIZES_A_SURVEY: Final = 10
SIZES_RETRY: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Seen:
    """One service as a survey saw it, its standby included."""

    record: Record
    observation: Observation


@dataclass(frozen=True, slots=True)
class Readings:
    """Writes metrics and the ledger of one account and region; `operation` is the hub's own kill switch."""

    ledgers: ports.Ledgers
    evidence: ports.EvidenceLog
    task_definitions: ports.TaskDefinitions
    metrics: ports.Metrics
    telling: Telling
    prices: PriceList
    operation: Operation

    def __call__(self, location: Location, seen: Sequence[Seen], now: datetime) -> None:
        """Measure what a survey has seen."""
        healths: dict[ServiceId, Health] = {}
        for one in seen:
            with self._tolerated(location):
                healths[one.record.id] = health(one.record, one.observation, self._evidence(one, now), now)
        for service, said in healths.items():
            self._tell_health(service, said)
        with self._tolerated(location):
            self._book(location, {one.record.id: one for one in seen}, healths, now)

    def _evidence(self, seen: Seen, now: datetime) -> Sequence[Evidence]:
        if not needs_evidence(seen.record, seen.observation, now):
            return ()
        return self.evidence.read(seen.record.id, now - REACH)

    def _tell_health(self, service: ServiceId, said: Health) -> None:
        reading = said.reading
        for metric, value in {
            Metric.SPOT_HEALTH_SCORE: reading.score,
            Metric.ERROR_COUNT_5_MIN: said.errors,
            Metric.FAILOVER_ACTIVE: said.failover_active,
            Metric.FAILOVERS_OF_ONE_SERVICE_TODAY: said.failovers_today,
            Metric.RESTORES_USED_UP: said.restores_used_up,
            Metric.HEALTHY_TASKS: reading.healthy,
            Metric.DEMANDED_TASKS: reading.demand,
            Metric.SPOT_TASKS: reading.spot,
            Metric.ON_DEMAND_TASKS: reading.on_demand,
        }.items():
            self.metrics.measure(metric, float(value), service)

    def _book(
        self,
        location: Location,
        seen: Mapping[ServiceId, Seen],
        healths: Mapping[ServiceId, Health],
        now: datetime,
    ) -> None:
        """Add what ran since the last look to the day's usage, and advise where much of it was on demand."""
        ledger = _of_today(self._loaded(location, now), now)
        seconds = min(now - ledger.at, LONGEST_LOOK).total_seconds()
        ledger = self._sized(ledger, [one.observation.task_definition for one in seen.values()], now)
        added = {
            service: self._used(ledger, seen[service].observation, said, seconds)
            for service, said in healths.items()
        }
        usage = {service: ledger.usage.get(service, Usage()).plus(more) for service, more in added.items()}
        ledger = replace(
            ledger,
            at=now,
            operation=self.operation,
            readings={service: said.reading for service, said in healths.items()},
            usage={**ledger.usage, **usage},
        )
        self.ledgers.save(self._advised(ledger, now))
        for service, total in usage.items():
            self.metrics.measure(Metric.COST_SAVINGS_TODAY, round(total.saved, 4), service)
            self.metrics.count(Metric.ON_DEMAND_SECONDS, added[service].on_demand_seconds, service)

    def _loaded(self, location: Location, now: datetime) -> Ledger:
        begun = Ledger(location, now, now.date())
        try:
            return self.ledgers.load(location) or begun
        except UnreadableItemError as unreadable:
            self.metrics.count(Metric.FAILED_READINGS, of=location)
            logger.warning("%s It is begun anew.", unreadable)
            return begun

    def _sized(self, ledger: Ledger, arns: Sequence[str], now: datetime) -> Ledger:
        """Learn the sizes of task definitions that are new here, a few at a time."""
        present = dict.fromkeys(filter(None, arns))
        sizes = {arn: ledger.sizes[arn] for arn in present if arn in ledger.sizes}
        ledger = replace(ledger, sizes=sizes)
        if ledger.sizes_retry_at and now < ledger.sizes_retry_at:
            return ledger
        retry_at = None
        for arn in islice((arn for arn in present if arn not in ledger.sizes), SIZES_A_SURVEY):
            try:
                sizes[arn] = self.task_definitions.describe(ledger.location, arn).size
            except SpotFailoverError as fault:
                self.metrics.count(Metric.UNPRICED_TASK_DEFINITIONS, of=ledger.location)
                logger.warning("What the tasks of %s save is not known: %s", arn, fault)
                retry_at = now + SIZES_RETRY
                if not isinstance(fault, RefusedError):  # AWS would not tell of the others either
                    break
        return replace(ledger, sizes=sizes, sizes_retry_at=retry_at)

    def _used(self, ledger: Ledger, observation: Observation, said: Health, seconds: float) -> Usage:
        size: TaskSize | None = ledger.sizes.get(observation.task_definition)
        prices = self.prices.of(ledger.location.region, size.architecture) if size else None
        return used(said.reading, size, prices, seconds)

    def _advised(self, ledger: Ledger, now: datetime) -> Ledger:
        reason = advice(ledger, now)
        if reason is None or not self.telling.of_location(ADVICE, ledger.location, [reason], now):
            return ledger
        return replace(ledger, advised_at=now)

    @contextmanager
    def _tolerated(self, location: Location) -> Iterator[None]:
        try:
            yield
        except SpotFailoverError as fault:
            self.metrics.count(Metric.FAILED_READINGS, of=location)
            logger.warning("A reading of %s failed: %s", location.key, fault)
        except Exception:
            # Whatever it is, services must be looked at all the same.
            self.metrics.count(Metric.FAILED_READINGS, of=location)
            logger.exception(
                "A reading of %s failed by an error that nobody foresaw. Report it.", location.key
            )


def _of_today(ledger: Ledger, now: datetime) -> Ledger:
    """Begin a new day where the ledger's is over."""
    if ledger.day == now.date():
        return ledger
    whole = Usage()
    for usage in ledger.usage.values():
        whole = whole.plus(usage)
    return replace(ledger, day=now.date(), usage={}, yesterday=whole)
