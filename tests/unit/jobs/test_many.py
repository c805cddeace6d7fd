"""Many services of one account and region: they come home a few at a time, and warn each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from spot_failover.domain.policy import Mode, Policy, Restore, Standby
from spot_failover.domain.record import Operation, Phase
from tests.unit.jobs.fleet import Fleet
from tests.unit.jobs.home import come_home
from tests.unit.jobs.place import SERVICE, STANDBY

QUICK = Policy(restore=Restore(window_seconds=300, backoff_seconds=300, max_backoff_seconds=1200))
IN_STANDBY = replace(QUICK, mode=Mode.STANDBY, standby=Standby(service_name=STANDBY))
MANY = 20
with_phases = pytest.mark.parametrize("policy", [QUICK, IN_STANDBY], ids=["switch", "standby"])
pytestmark = pytest.mark.usefixtures("_unlogged")


def crowd(policy: Policy, count: int = MANY) -> Fleet:
    """Return so many services of two tasks each, all of them on demand after a drought."""
    fleet = Fleet(policy=policy, desired=2)
    for number in range(1, count):
        own = policy
        if policy.standby.service_name:
            own = replace(policy, standby=Standby(service_name=f"standby-{number}"))
        fleet.add(f"web-{number}", 2, own)
    fleet.run(minutes=8)
    fleet.drought()
    fleet.run_until(lambda: phases(fleet).count(Phase.ON_DEMAND) == count, minutes=20)
    fleet.calm()
    return fleet


def phases(fleet: Fleet) -> list[Phase]:
    return [fleet.record_of(SERVICE.beside(pair.service.service)).phase for pair in fleet.watch.pairs]


@with_phases
def test_at_most_a_tenth_of_a_place_tries_spot_at_once_and_all_come_home(policy: Policy) -> None:
    fleet = crowd(policy)
    most = 0
    for _ in range(150):
        fleet.run(minutes=1)
        most = max(most, phases(fleet).count(Phase.RESTORING))
    assert most == MANY // 10
    come_home(fleet)


@with_phases
def test_a_service_that_spot_has_just_failed_keeps_the_others_where_they_are(policy: Policy) -> None:
    fleet = crowd(policy, count=4)
    fleet.run_until(lambda: Phase.RESTORING in phases(fleet), minutes=30)
    fleet.drought()
    fleet.run_until(lambda: Phase.RESTORING not in phases(fleet), minutes=5)
    fleet.calm()
    failed = fleet.now
    fleet.run_until(lambda: Phase.RESTORING in phases(fleet), minutes=60)
    assert fleet.now - failed >= timedelta(seconds=policy.restore.window_seconds - 60)
    come_home(fleet)


@with_phases
def test_a_drain_brings_a_whole_account_home(policy: Policy) -> None:
    fleet = crowd(policy, count=10)
    fleet.operate(Operation.DRAIN)
    come_home(fleet, hours=4)


def test_tries_of_a_day_that_are_used_up_are_said_and_the_next_one_is_a_day_later() -> None:
    few = replace(QUICK, restore=replace(QUICK.restore, tries_per_day=2))
    fleet = Fleet(policy=few)
    for _ in range(2):
        fleet.drought()
        fleet.in_phase(Phase.ON_DEMAND)
        fleet.calm()
        fleet.in_phase(Phase.RESTORING, minutes=60)
        tried = fleet.now
    fleet.drought()
    fleet.in_phase(Phase.ON_DEMAND)
    fleet.calm()
    fleet.run(minutes=120)
    assert fleet.record.phase is Phase.ON_DEMAND
    assert "Spot was tried 2 times within a day" in fleet.record.reason
    come_home(fleet)
    assert fleet.now - tried >= timedelta(hours=20)
