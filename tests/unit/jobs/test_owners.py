"""Owners, Terraform and autoscaling act on a service while we look after it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from spot_failover.domain.policy import Mode, Policy, Restore, Standby
from spot_failover.domain.record import Operation, Phase
from spot_failover.domain.scaling import Suspended
from tests.unit.jobs.fleet import Fleet
from tests.unit.jobs.home import assert_home, come_home
from tests.unit.jobs.place import KEY, ON_DEMAND, SERVICE, SPOT_ONLY, STANDBY

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
with_standby = pytest.mark.parametrize(
    "policy", [pytest.param(IN_STANDBY, id="standby"), pytest.param(BACKFILL, id="backfill")]
)
LIMITS = {"MinCapacity": 2, "MaxCapacity": 12}


def failed_over(policy: Policy, **options: Any) -> Fleet:
    fleet = Fleet(policy=policy, **options)
    fleet.drought()
    fleet.in_phase(Phase.ON_DEMAND)
    return fleet


def serving(fleet: Fleet) -> int:
    return sum(fleet.watch.standing(key).healthy for key in fleet.pair.keys)


def test_autoscaling_is_suspended_while_spot_is_at_zero_and_then_as_it_was_found() -> None:
    fleet = Fleet(policy=IN_STANDBY)
    found = Suspended(scale_in=True)
    fleet.scale("web", **LIMITS, SuspendedState={"DynamicScalingInSuspended": True})
    fleet.demand(6)
    fleet.drought()
    fleet.in_phase(Phase.ON_DEMAND)
    assert fleet.suspended == Suspended(scale_in=True, scale_out=True)
    assert fleet.spot.desired == 0
    fleet.calm()
    come_home(fleet)
    assert fleet.suspended == found
    limits = fleet.scalable_target()
    assert (limits["MinCapacity"], limits["MaxCapacity"]) == (2, 12)


@every_mode
def test_what_autoscaling_asks_for_during_a_failover_is_served_and_kept(policy: Policy) -> None:
    fleet = Fleet(policy=policy)
    scaled = STANDBY if policy.mode is Mode.STANDBY else "web"  # whichever runs all tasks
    fleet.scale(scaled, MinCapacity=0, MaxCapacity=12)
    fleet.weather(3 if policy.mode is Mode.BACKFILL else 0)  # without any task there is no metric
    fleet.in_phase(Phase.ON_DEMAND)
    fleet.demand(9, scaled)
    fleet.run(minutes=5)
    assert serving(fleet) == 9
    fleet.calm()
    fleet.run_until(lambda: fleet.record.phase is Phase.STEADY, minutes=60)
    fleet.run(minutes=5)
    assert fleet.spot.desired == fleet.spot.healthy == 9


def test_a_scheduled_action_during_a_failover_raises_the_standby() -> None:
    fleet = Fleet(policy=IN_STANDBY)
    fleet.scale("web", **LIMITS)
    fleet.demand(6)
    fleet.drought()
    fleet.in_phase(Phase.ON_DEMAND)
    at = fleet.now + timedelta(minutes=2)
    fleet.scale(
        "web",
        operation="PutScheduledAction",
        ScheduledActionName="open",
        Schedule=f"at({at:%Y-%m-%dT%H:%M:%S})",
        ScalableTargetAction={"MinCapacity": 9, "MaxCapacity": 12},
    )
    fleet.run(minutes=8)
    assert fleet.standby.healthy == 9
    assert fleet.record.phase is Phase.ON_DEMAND
    fleet.pair.tracked = 9  # within the limits that hold from now on
    fleet.calm()
    come_home(fleet)
    assert fleet.spot.desired == 9


@every_mode
def test_a_service_scaled_to_zero_in_a_drought_is_left_at_zero(policy: Policy) -> None:
    fleet = Fleet(policy=policy)
    fleet.drought()
    fleet.run(minutes=0.2)
    fleet.update(desiredCount=0)
    fleet.run(minutes=5)
    fleet.calm()
    fleet.run(minutes=90)
    if policy.mode is not Mode.STANDBY:  # a smaller count in the middle of a change may be autoscaling's
        assert serving(fleet) == fleet.spot.desired == 0


@pytest.mark.parametrize(
    "policy", [pytest.param(IN_STANDBY, id="standby"), pytest.param(BACKFILL, id="backfill")]
)
def test_a_standby_that_terraform_puts_back_to_rest_in_a_drought_is_raised_again(policy: Policy) -> None:
    fleet = failed_over(policy)
    fleet.update(STANDBY, desiredCount=0)
    fleet.run(minutes=5)
    assert fleet.standby.desired == fleet.standby.healthy == 6
    fleet.calm()
    come_home(fleet)


@every_mode
def test_a_failover_that_owners_take_back_is_kept_in_mind(policy: Policy) -> None:
    fleet = failed_over(policy)
    if policy.mode is Mode.SWITCH:
        fleet.update(capacityProviderStrategy=[dict(item) for item in SPOT_ONLY], forceNewDeployment=True)
    else:
        fleet.update(STANDBY, desiredCount=0)
    before = fleet.now
    fleet.run(minutes=3)
    undone_at = fleet.record.undone_at
    assert undone_at
    assert before <= undone_at <= fleet.now


@every_mode
def test_a_failover_that_nobody_takes_back_is_held_against_nobody(policy: Policy) -> None:
    fleet = failed_over(policy)
    fleet.calm()
    come_home(fleet)
    assert fleet.record.undone_at is None


@every_mode
def test_a_service_unregistered_while_failed_over_is_brought_home_and_forgotten(
    policy: Policy,
) -> None:
    fleet = failed_over(policy)
    fleet.calm()
    fleet.services.mark_leaving(SERVICE, fleet.now)
    left = fleet.now
    fleet.run_until(lambda: fleet.services.load(SERVICE) is None, minutes=120)
    assert fleet.now - left >= timedelta(minutes=5)
    assert fleet.told[-1] == "Service Left"
    assert fleet.spot.desired == fleet.spot.healthy == 6
    assert fleet.last.on_demand_running == 0
    if fleet.pair.standby:
        assert fleet.standby.desired == 0
        assert fleet.services.owner_of(SERVICE.beside(STANDBY)) is None


@every_mode
def test_a_service_that_is_created_again_during_a_failover_starts_clean(policy: Policy) -> None:
    fleet = failed_over(policy)
    fleet.world.api(KEY.account, KEY.region).delete_service(
        {"cluster": KEY.cluster, "service": KEY.service, "force": True}
    )
    fleet.run(minutes=8)
    fleet.calm()
    fleet.create("web", 4)
    fleet.pair.wish(4, fleet.now)
    fleet.pair.may_stay = frozenset({4})
    come_home(fleet)
    assert fleet.spot.desired == 4


@every_mode
def test_a_drain_brings_a_service_home_without_waiting_for_the_backoff(policy: Policy) -> None:
    fleet = failed_over(policy)
    fleet.calm()
    fleet.operate(Operation.DRAIN)
    fleet.run(minutes=20)
    assert_home(fleet)
    fleet.drought()
    fleet.run(minutes=10)
    assert fleet.record.phase is Phase.STEADY
    assert fleet.told[-1] == "Service Restored"


def test_a_standby_at_rest_follows_the_last_completed_task_definition() -> None:
    fleet = Fleet(policy=IN_STANDBY)
    fleet.world.register_task_definition(KEY.account, KEY.region, "web:2")
    fleet.update(taskDefinition="web:2")
    fleet.run(minutes=1)
    assert fleet.described(STANDBY)["taskDefinition"].endswith("web:1")  # not before it is completed
    fleet.run(minutes=6)
    assert fleet.described(STANDBY)["taskDefinition"].endswith("web:2")
    fleet.drought()
    fleet.in_phase(Phase.ON_DEMAND)
    assert fleet.standby.healthy == 6


def test_a_standby_is_left_alone_where_it_is_not_to_follow() -> None:
    policy = replace(IN_STANDBY, standby=Standby(service_name=STANDBY, follow_task_definition=False))
    fleet = Fleet(policy=policy)
    fleet.world.register_task_definition(KEY.account, KEY.region, "web:2")
    fleet.update(taskDefinition="web:2")
    fleet.run(minutes=10)
    assert fleet.updates == []


def test_a_standby_that_is_missing_blocks_and_says_so_until_it_is_there() -> None:
    fleet = Fleet(policy=IN_STANDBY)
    api = fleet.world.api(KEY.account, KEY.region)
    api.delete_service({"cluster": KEY.cluster, "service": STANDBY})
    fleet.run(minutes=3)
    assert "does not exist" in fleet.held_back
    fleet.create(STANDBY, 0, strategy=ON_DEMAND)
    fleet.run(minutes=3)
    assert fleet.held_back == ""
    fleet.drought()
    fleet.in_phase(Phase.ON_DEMAND)


def test_rolling_settings_are_put_back_after_the_owners_rollout_and_not_in_the_middle_of_it() -> None:
    fleet = Fleet(policy=SWITCH, rolling=(50, 150))
    fleet.drought()
    fleet.run(minutes=0.5)
    fleet.world.faults.throttle("UpdateService", 1)  # the call that would have put them back at once
    fleet.in_phase(Phase.ON_DEMAND)
    fleet.update(forceNewDeployment=True)
    fleet.run(minutes=1.5)
    assert fleet.spot.healthy >= 6
    fleet.run(minutes=10)
    assert fleet.record.put_back is None
    assert fleet.described()["deploymentConfiguration"]["minimumHealthyPercent"] == 50


@pytest.mark.parametrize("seed", range(1, 6))
def test_a_scale_in_during_a_failover_does_not_take_from_both_services_at_once(seed: int) -> None:
    fleet = Fleet(policy=IN_STANDBY, seed=seed)
    fleet.world.faults.throttle("UpdateService", 1)  # the failover begins, and holds nothing yet
    fleet.weather(6)
    fleet.update(desiredCount=12)
    fleet.run(minutes=1.4)
    fleet.update(desiredCount=3)  # while some tasks of the standby run, and others start
    fleet.run(minutes=6)
    assert fleet.spot.healthy + fleet.standby.healthy >= 3


def test_a_restore_does_not_fight_with_autoscaling_over_a_count_that_owners_lowered() -> None:
    fleet = Fleet(policy=IN_STANDBY)
    fleet.scale("web", **LIMITS)
    fleet.demand(6)
    fleet.weather(1)
    fleet.run(minutes=1)
    fleet.demand(3)
    fleet.run(minutes=1)
    fleet.update(desiredCount=0)  # before we have lowered it
    fleet.in_phase(Phase.ON_DEMAND)
    fleet.calm()
    come_home(fleet, hours=2)
    assert fleet.spot.desired == 3
    assert len(fleet.updates) <= 6
