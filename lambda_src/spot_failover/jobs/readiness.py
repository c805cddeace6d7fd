"""Whether the services of a place are ready for Spot: a few are checked in each survey, each every six hours.

Nothing here is ever a reason for a survey to fail: what cannot be learnt is a finding of its own.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from spot_failover.domain.counts import demand_of
from spot_failover.domain.errors import SpotFailoverError
from spot_failover.domain.metric import Metric
from spot_failover.domain.readiness import Check, Facts, Finding, Headroom, findings, report
from spot_failover.domain.record import Phase
from spot_failover.domain.tasks import RUNNING
from spot_failover.jobs import messages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spot_failover.domain.identity import Location
    from spot_failover.domain.record import Spoke
    from spot_failover.domain.task_definition import TaskDefinition
    from spot_failover.jobs import ports
    from spot_failover.jobs.readings import Seen
    from spot_failover.jobs.telling import Telling

Learnt = TypeVar("Learnt")

logger = logging.getLogger(__name__)

CHECK_AFTER: Final = timedelta(hours=6)
REPORT_AFTER: Final = timedelta(days=7)
# A thousand services of one place are checked within six hours, and no survey takes long.
CHECKS_A_SURVEY: Final = 3
# A call that hangs takes up to 20 s with its repeats, and the function that surveys has 30 s for all.
SECONDS_A_SURVEY: Final = 5.0
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Readiness:
    """Checks the services of one account and region, and reports once a week what they lack."""

    services: ports.Services
    spokes: ports.Spokes
    ecs: ports.Ecs
    task_definitions: ports.TaskDefinitions
    target_groups: ports.TargetGroups
    scaling: ports.Scaling
    quotas: ports.Quotas
    ledgers: ports.Ledgers
    metrics: ports.Metrics
    telling: Telling
    clock: Callable[[], float] = time.monotonic

    def __call__(self, spoke: Spoke, seen: Sequence[Seen], now: datetime) -> Spoke:
        """Check what is due of what a survey has seen; return the spoke as it is saved then."""
        try:
            self._check(spoke.location, seen, now)
            return self._reported(spoke, seen, now)
        except SpotFailoverError as fault:
            logger.warning("The readiness of %s could not be checked: %s", spoke.location.key, fault)
        except Exception:
            # Whatever it is, services must be looked at all the same.
            logger.exception(
                "The readiness of %s could not be checked, by an error that nobody foresaw. Report it.",
                spoke.location.key,
            )
        self.metrics.count(Metric.FAILED_CHECKS, of=spoke.location)
        return spoke

    def _check(self, location: Location, seen: Sequence[Seen], now: datetime) -> None:
        due = [one for one in seen if _is_due(one, now)]
        due.sort(key=lambda one: one.record.checked_at or _NEVER)
        if not due:
            return
        questions = _Questions(location, self.metrics, self.clock, self.clock() + SECONDS_A_SURVEY)
        unlearnt: list[Finding] = []
        headroom = questions.learn("The on-demand quota", lambda: self._headroom(location, seen), unlearnt)
        for one in due[:CHECKS_A_SURVEY]:
            found = self._findings(one, headroom, questions, now)
            self.services.note_findings(one.record.id, (*found, *unlearnt), now)
            if questions.out_of_time:
                break

    def _findings(
        self, seen: Seen, headroom: Headroom | None, questions: _Questions, now: datetime
    ) -> tuple[Finding, ...]:
        service, observation, standby = seen.record.id, seen.observation, seen.observation.standby
        location, unlearnt = service.location, list[Finding]()

        def definition(arn: str) -> TaskDefinition | None:
            ask = lambda: self.task_definitions.describe(location, arn)  # noqa: E731 - asked at once
            return questions.learn("Its containers", ask, unlearnt) if arn else None

        def zones() -> tuple[str, ...]:
            tasks = self.ecs.tasks(service, observation)
            return tuple(task.zone for task in tasks if task.zone and task.last_status == RUNNING)

        twins = [service, *([service.beside(standby.service_name)] if standby else [])]
        facts = Facts(
            task_definition=definition(observation.task_definition),
            standby_task_definition=definition(standby.task_definition) if standby else None,
            deregistration_delays=questions.learn(
                "The deregistration delay",
                lambda: self._delays(location, observation.target_groups),
                unlearnt,
            )
            or {},
            scalable=questions.learn("Autoscaling", lambda: self.scaling.limits(twins), unlearnt)
            if standby
            else None,
            zones=questions.learn("The zones of its tasks", zones, unlearnt) or (),
            headroom=headroom,
        )
        return (*findings(seen.record, observation, facts, now), *dict.fromkeys(unlearnt))

    def _delays(self, location: Location, target_groups: Iterable[str]) -> dict[str, int]:
        delays = {arn: self.target_groups.deregistration_delay(location, arn) for arn in target_groups}
        return {arn: seconds for arn, seconds in delays.items() if seconds is not None}

    def _headroom(self, location: Location, seen: Sequence[Seen]) -> Headroom:
        """Compare the quota with what it takes to run every protected task on demand at once."""
        ledger = self.ledgers.load(location)
        sizes = ledger.sizes if ledger else {}
        needed = 0.0
        for one in seen:
            size = sizes.get(one.observation.task_definition)
            tasks = max(demand_of(one.record, one.observation), one.record.policy.standby.reserve)
            needed += tasks * size.cpu / 1024 if size else 0.0
        return Headroom(self.quotas.on_demand_vcpus(location), needed)

    def _reported(self, spoke: Spoke, seen: Sequence[Seen], now: datetime) -> Spoke:
        """Tell once a week what services lack, and only once all have been looked at."""
        if spoke.reported_at and now - spoke.reported_at < REPORT_AFTER:
            return spoke
        records = [one.record for one in seen if _is_on_spot(one)]
        told = report(records) if all(record.checked_at for record in records) else None
        if told is None or not self.telling.of_location(
            messages.READINESS_REPORT, spoke.location, [told], now
        ):
            return spoke
        reported = replace(spoke, reported_at=now)
        self.spokes.save(reported)
        return reported


@dataclass(frozen=True, slots=True)
class _Questions:
    """What one survey asks beside its look; nothing more after `deadline`, by `clock`."""

    location: Location
    metrics: ports.Metrics
    clock: Callable[[], float]
    deadline: float

    @property
    def out_of_time(self) -> bool:
        return self.clock() >= self.deadline

    def learn(self, what: str, ask: Callable[[], Learnt], unlearnt: list[Finding]) -> Learnt | None:
        """Return what is asked for, or None: then it is noted that it could not be learnt."""
        try:
            if self.out_of_time:
                reason = "AWS took too long to answer what was asked before."
            else:
                return ask()
        except SpotFailoverError as fault:
            reason = str(fault)
        except Exception:
            # A service whose facts nobody foresaw must not keep the others from being checked.
            reason = "an error that nobody foresaw. It is in the log of the hub's function; report it."
            logger.exception("%s of %s could not be checked.", what, self.location.key)
        self.metrics.count(Metric.FAILED_CHECKS, of=self.location)
        unlearnt.append(Finding(Check.NOT_CHECKED, f"{what} could not be checked: {reason}"))
        return None


def _is_on_spot(seen: Seen) -> bool:
    """Whether it is checked at all: what is away on demand was checked before, and is again after."""
    calm = seen.record.phase is Phase.STEADY and seen.record.held is None
    observation = seen.observation
    return calm and not seen.record.leaving and observation.active and observation.strategy.uses_spot


def _is_due(seen: Seen, now: datetime) -> bool:
    checked_at = seen.record.checked_at
    return _is_on_spot(seen) and (checked_at is None or now - checked_at >= CHECK_AFTER)
