"""The bugs of earlier systems in how they failed over and came home; see also `test_ancestors.py`."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from spot_failover.domain.policy import Mode, Policy, Restore, Standby, Thresholds
from spot_failover.domain.record import Phase
from tests.unit.jobs.fleet import Fleet
from tests.unit.jobs.home import assert_home, come_home
from tests.unit.jobs.place import HERE, STANDBY, STANDBY_KEY

QUICK = Restore(window_seconds=300, backoff_seconds=900, max_backoff_seconds=7200)
SWITCH = Policy(restore=QUICK)
IN_STANDBY = replace(SWITCH, mode=Mode.STANDBY, standby=Standby(service_name=STANDBY))
BACKFILL = replace(IN_STANDBY, mode=Mode.BACKFILL)
with_phases = pytest.mark.parametrize(
    "policy", [pytest.param(SWITCH, id="switch"), pytest.param(IN_STANDBY, id="standby")]
)


@with_phases
def test_capacity_that_comes_and_goes_all_day_is_tried_ever_less_often(policy: Policy) -> None:
    """Guard against restore thrash: each short calm brought the service home into the next drought."""
    fleet = Fleet(policy=policy)
    for _ in range(36):
        fleet.drought()
        fleet.run(minutes=30)
        fleet.calm()
        fleet.run(minutes=10)
    tries = sorted({told.time for told in fleet.outbox.sent if told.detail_type == "Service Restoring"})
    assert 2 <= len(tries) <= policy.restore.tries_per_day
    gaps = [later - earlier for earlier, later in pairwise(tries)]
    assert gaps[-1] > 2 * gaps[0]
    come_home(fleet)


def test_a_service_on_spot_alone_is_given_a_weight_on_demand() -> None:
    """Guard against the Spot-only strategy that became all weights 0, which ECS refuses."""
    fleet = Fleet(policy=SWITCH)
    fleet.drought()
    fleet.run(minutes=1)
    [update] = fleet.updates
    weights = {item["capacityProvider"]: item["weight"] for item in update["capacityProviderStrategy"]}
    assert weights == {"FARGATE": 10, "FARGATE_SPOT": 0}


@with_phases
def test_a_rollout_that_spot_starves_is_rescued(policy: Policy) -> None:
    """Guard against waiting for a steady service: a rollout in a drought was never rescued."""
    fleet = Fleet(policy=policy)
    fleet.weather(6)  # room for what runs, and none for what should replace it
    fleet.update(forceNewDeployment=True)
    fleet.run(minutes=5)
    on_demand = fleet.standby.healthy if policy.standby.service_name else fleet.last.on_demand_running
    assert on_demand == 6
    fleet.in_phase(Phase.ON_DEMAND)


@with_phases
def test_a_restore_is_over_only_when_spot_has_held_for_its_window(policy: Policy) -> None:
    """Guard against the restore that was called done as soon as the call was made."""
    fleet = Fleet(policy=policy)
    fleet.drought()
    fleet.in_phase(Phase.ON_DEMAND)
    fleet.calm()
    fleet.in_phase(Phase.RESTORING, minutes=60)
    began = fleet.now
    fleet.run_until(lambda: fleet.record.phase is not Phase.RESTORING, minutes=20)
    assert fleet.record.phase is Phase.STEADY
    assert fleet.now - began >= timedelta(seconds=policy.restore.window_seconds)
    assert fleet.spot.healthy == 6
    come_home(fleet)


@with_phases
def test_interruptions_one_by_one_add_up_though_every_task_is_replaced(policy: Policy) -> None:
    """Guard against interruptions that were never counted: only placement failures were."""
    few = replace(policy, thresholds=Thresholds(placement_failures=1000, interruptions=3))
    fleet = Fleet(policy=few)
    for _ in range(2):
        fleet.interrupt(1)
        fleet.run(minutes=1)
    assert fleet.told == []
    fleet.interrupt(1)
    fleet.run(minutes=1)
    assert fleet.told[0] == "Service Failing Over"
    assert fleet.outbox.sent[0].detail["reason"].startswith("Spot took back 3 tasks within 300 s")


def test_a_standby_that_was_asked_for_tasks_is_not_one_that_runs_them() -> None:
    """Guard against the running count that was read from the desired count: Spot was stopped for nothing."""
    fleet = Fleet(policy=IN_STANDBY)
    fleet.world.weather.set_on_demand(HERE.account, HERE.region, capacity=0)
    fleet.weather(4)
    fleet.run(minutes=30)
    assert (fleet.standby.desired, fleet.standby.running) == (6, 0)
    assert fleet.spot.healthy == 4


@pytest.mark.parametrize("left", [0, 2, 4, 5])
def test_a_backfill_runs_what_spot_lacks_and_no_more(left: int) -> None:
    """Guard against the failover service at full size beside a Spot service that lost one task."""
    fleet = Fleet(policy=BACKFILL)
    fleet.weather(left)
    fleet.run(minutes=10)
    assert fleet.spot.healthy == left
    assert (fleet.standby.desired, fleet.standby.healthy) == (6 - left, 6 - left)
    most = max(sample.desired for sample in fleet.world.log if sample.key == STANDBY_KEY)
    assert most == 6 - left
    fleet.calm()
    fleet.run(minutes=30)
    assert_home(fleet)


def test_a_standby_never_exceeds_the_demand() -> None:
    """Guard against the same in mode `standby`, through a drought, a failed restore and a calm."""
    fleet = Fleet(policy=IN_STANDBY)
    fleet.drought()
    fleet.run(minutes=60)
    fleet.calm()
    come_home(fleet)
    for key in fleet.pair.keys:
        assert max(sample.desired for sample in fleet.world.log if sample.key == key) == 6
