"""What the survey measures through a drought, held against what the world knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest

from spot_failover.adapters.memory import InMemoryLedgers, InMemoryTaskDefinitions
from spot_failover.domain.identity import Location
from spot_failover.domain.ledger import Reading
from spot_failover.domain.metric import Metric
from spot_failover.domain.policy import Mode, Policy, Restore, Standby
from spot_failover.domain.record import Operation
from spot_failover.domain.savings import PriceList
from spot_failover.jobs.readings import Readings, Seen
from spot_failover.jobs.telling import Telling
from tests.unit.jobs.fleet import Fleet
from tests.unit.jobs.place import SERVICE, STANDBY, key_of

QUICK = Policy(restore=Restore(window_seconds=300, backoff_seconds=900, max_backoff_seconds=1200))
POLICIES = [
    QUICK,
    replace(QUICK, mode=Mode.STANDBY, standby=Standby(STANDBY)),
    replace(QUICK, mode=Mode.BACKFILL, standby=Standby(STANDBY)),
]


@dataclass
class Watched:
    """Readings, each beside what really ran on Spot and on demand at that moment."""

    readings: Readings
    fleet: Fleet
    seen: list[tuple[Reading, tuple[int, int]]] = field(default_factory=list)

    def __call__(self, location: Location, seen: Sequence[Seen], now: datetime) -> None:
        self.readings(location, seen, now)
        ledger = self.readings.ledgers.load(location)
        assert ledger is not None
        names = [
            SERVICE,
            *([SERVICE.beside(STANDBY)] if self.fleet.record.policy.standby.service_name else []),
        ]
        running = [sample for name in names if (sample := self.fleet.world.log.last(key_of(name)))]
        truth = sum(each.spot_running for each in running), sum(each.on_demand_running for each in running)
        self.seen.append((ledger.readings[SERVICE], truth))


def watched(policy: Policy) -> tuple[Fleet, Watched]:
    fleet = Fleet(policy=policy)
    readings = Readings(
        InMemoryLedgers(),
        fleet.evidence,
        InMemoryTaskDefinitions(),
        fleet.metrics,
        Telling(fleet.outbox),
        PriceList(),
        Operation.ACTIVE,
    )
    watch = Watched(readings, fleet)
    fleet._survey = replace(fleet._survey, readings=watch)  # type: ignore[arg-type]  # called like it
    return fleet, watch


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: str(policy.mode))
def test_readings_are_what_runs_and_the_score_falls_and_comes_back(policy: Policy) -> None:
    fleet, watch = watched(policy)
    fleet.run(minutes=3)
    fleet.drought()
    fleet.run(minutes=8)
    fleet.calm()
    fleet.run(minutes=50)

    assert len(watch.seen) == 61
    assert [(reading.spot, reading.on_demand) for reading, _ in watch.seen] == [
        truth for _, truth in watch.seen
    ]
    scores = [reading.score for reading, _ in watch.seen]
    assert set(scores[:3]) == {100}
    assert min(scores[3:11]) <= 40
    assert set(scores[-5:]) == {100}
    assert {reading.demand for reading, _ in watch.seen} == {6}
    assert {reading.healthy for reading, _ in watch.seen[-5:]} == {6}


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: str(policy.mode))
def test_a_drought_is_one_failover_and_one_restore(policy: Policy) -> None:
    fleet, _ = watched(policy)
    fleet.drought()
    fleet.run(minutes=8)
    fleet.calm()
    fleet.run(minutes=50)

    counts = fleet.metrics.counts
    assert (counts[Metric.FAILOVER_COUNT], counts[Metric.RESTORES]) == (1, 1)
    assert counts[Metric.DETECTION_TO_ACTION_SECONDS] <= 60
    assert counts[Metric.FAILED_READINGS] == 0
