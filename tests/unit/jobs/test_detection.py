"""What is Spot's fault and what is not, found with and without events, in the world."""

from __future__ import annotations

from dataclasses import replace

import pytest

from simulator.world import Behaviour
from spot_failover.domain.policy import Mode, Policy, Restore, Standby, Surge, Thresholds
from spot_failover.domain.record import Phase
from tests.unit.jobs.courier import Courier
from tests.unit.jobs.fleet import Fleet
from tests.unit.jobs.happenings import MIXED
from tests.unit.jobs.home import assert_home, come_home
from tests.unit.jobs.place import HERE, KEY, STANDBY

QUICK = Restore(window_seconds=300, backoff_seconds=900, max_backoff_seconds=1200)
SWITCH = Policy(restore=QUICK)
IN_STANDBY = replace(SWITCH, mode=Mode.STANDBY, standby=Standby(service_name=STANDBY))
BACKFILL = replace(IN_STANDBY, mode=Mode.BACKFILL)
every_mode = pytest.mark.parametrize(
    "policy",
    [
        pytest.param(SWITCH, id="switch"),
        pytest.param(IN_STANDBY, id="standby"),
        pytest.param(BACKFILL, id="backfill"),
    ],
)
SUBNETS = {"awsvpcConfiguration": {"subnets": ["subnet-1", "subnet-2", "subnet-3"]}}


@every_mode
def test_a_task_that_waits_for_capacity_is_acted_on_without_any_event(policy: Policy) -> None:
    fleet = Fleet(policy=policy, courier=Courier(lost=1))
    fleet.world.weather.set_stuck_share(1)
    fleet.weather(5)
    fleet.run(minutes=3)
    assert fleet.told == []
    fleet.run(minutes=3)
    assert fleet.told[0] == "Service Failing Over"
    assert fleet.outbox.sent[0].detail["event"]["kind"] == "spot_task_waiting"


@every_mode
def test_a_slow_image_is_not_a_task_that_waits_for_capacity(policy: Policy) -> None:
    fleet = Fleet(policy=policy)
    fleet.world.behaviours.set(KEY, Behaviour(pull_seconds=260))
    fleet.update(desiredCount=9)
    fleet.run(minutes=5)
    assert fleet.spot.running == 6  # the other three pull
    assert (fleet.told, fleet.updates) == ([], [])


@every_mode
def test_a_silent_deficit_is_acted_on_after_some_surveys(policy: Policy) -> None:
    fleet = Fleet(policy=policy, courier=Courier(lost=1))
    fleet.world.weather.set_stuck_share(0)
    fleet.weather(4)
    fleet.run(minutes=8)
    assert fleet.told[0] == "Service Failing Over"
    assert fleet.outbox.sent[0].detail["event"]["kind"] == "spot_deficit"


@every_mode
def test_a_service_whose_tasks_crash_is_not_moved(policy: Policy) -> None:
    fleet = Fleet(policy=policy)
    fleet.world.behaviours.set(KEY, Behaviour(crash_after=20))
    fleet.update(desiredCount=9)
    fleet.run(minutes=40)
    assert fleet.event("EssentialContainerExited")
    assert (fleet.told, fleet.updates) == ([], [])


@every_mode
def test_rebalancing_of_zones_is_no_failure(policy: Policy) -> None:
    fleet = Fleet(policy=policy)
    fleet.update(networkConfiguration=SUBNETS, availabilityZoneRebalancing="ENABLED", forceNewDeployment=True)
    if fleet.pair.standby:
        fleet.update(STANDBY, networkConfiguration=SUBNETS, forceNewDeployment=True)
    fleet.run(minutes=8)
    for zone in ("eu-west-1a", "eu-west-1b"):
        fleet.world.weather.set(HERE.account, HERE.region, capacity=0, zone=zone)
    fleet.run(minutes=30)
    for zone in ("eu-west-1a", "eu-west-1b"):
        fleet.world.weather.set(HERE.account, HERE.region, capacity=None, zone=zone)
    come_home(fleet)
    told = list(fleet.told)
    fleet.run(minutes=60)
    assert any("REBALANCING" in str(event) for event in fleet.heard)
    assert fleet.told == told


@pytest.mark.parametrize(
    "policy", [pytest.param(SWITCH, id="switch"), pytest.param(IN_STANDBY, id="standby")]
)
def test_a_surge_asks_for_tasks_ahead_of_a_loss_and_falls_back_without_losing_any(policy: Policy) -> None:
    calm = replace(policy, thresholds=Thresholds(placement_failures=1000, interruptions=1000))
    fleet = Fleet(policy=replace(calm, surge=Surge(tasks_per_interruption=1)), strategy=MIXED)
    fleet.interrupt(1)
    fleet.run(minutes=0.1)
    assert fleet.spot.desired == 7
    fleet.run(minutes=10)
    assert fleet.spot.desired == fleet.spot.healthy == 6
    assert fleet.record.phase is Phase.STEADY


def test_no_surge_is_asked_of_spot_where_it_has_placed_nothing_lately() -> None:
    policy = replace(SWITCH, surge=Surge(tasks_per_interruption=2), thresholds=Thresholds(interruptions=1000))
    fleet = Fleet(policy=policy)
    fleet.run(minutes=10)
    fleet.interrupt(1)
    fleet.run(minutes=0.1)
    assert fleet.updates == []


def test_a_shortage_on_demand_is_told_and_no_spot_task_that_runs_is_stopped() -> None:
    fleet = Fleet(policy=IN_STANDBY)
    fleet.world.weather.set_on_demand(HERE.account, HERE.region, capacity=0)
    fleet.weather(4)
    fleet.run(minutes=40)
    assert "On Demand Shortage" in fleet.told
    assert fleet.spot.healthy == 4
    assert fleet.told.count("On Demand Shortage") <= 3
    fleet.calm()
    fleet.world.weather.set_on_demand(HERE.account, HERE.region, capacity=None)
    come_home(fleet)


@every_mode
def test_a_shortage_on_demand_alone_moves_nothing(policy: Policy) -> None:
    fleet = Fleet(policy=policy, strategy=MIXED)
    fleet.world.weather.set_on_demand(HERE.account, HERE.region, capacity=0)
    fleet.update(desiredCount=8)
    fleet.run(minutes=20)
    assert fleet.updates == []
    assert fleet.record.phase is Phase.STEADY


@every_mode
def test_everything_is_still_found_when_all_events_come_an_hour_late(policy: Policy) -> None:
    fleet = Fleet(policy=policy, courier=Courier(late=3600))
    fleet.drought()
    fleet.run(minutes=20)
    assert fleet.told[0] == "Service Failing Over"
    fleet.calm()
    fleet.run(minutes=120)
    assert_home(fleet)
    assert fleet.told.count("Service Failing Over") == 1  # the old events began nothing new
