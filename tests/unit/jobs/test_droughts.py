"""Droughts in the world: a service is moved away and comes home, whatever dies, repeats or arrives late."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.world import Sample
from spot_failover.domain.policy import Policy, Restore, Thresholds
from spot_failover.domain.record import Phase
from tests.unit.jobs.courier import Courier
from tests.unit.jobs.fleet import Fleet
from tests.unit.jobs.place import KEY

QUICK = Policy(restore=Restore(window_seconds=300, backoff_seconds=900, max_backoff_seconds=1200))
STORY = ["Service Failing Over", "Service On Demand", "Service Restoring", "Service Restored"]


def drought_and_back(fleet: Fleet) -> None:
    """Eight minutes of drought: over before the shortest backoff is."""
    fleet.drought()
    fleet.run(minutes=8)
    fleet.calm()
    fleet.run(minutes=45)


def assert_home(fleet: Fleet, desired: int = 6) -> None:
    assert fleet.record.phase is Phase.STEADY
    assert fleet.record.config is None
    assert (fleet.last.spot_running, fleet.last.on_demand_running, fleet.last.desired) == (
        desired,
        0,
        desired,
    )


def lost_to_us(fleet: Fleet) -> list[tuple[object, int, int]]:
    """Return every moment at which a needed task stopped that Spot had not just taken back.

    A task that was being stopped already when someone raised the desired count was not needed.
    """
    samples = [sample for sample in fleet.world.log if sample.key == KEY]
    return [
        (after.at, running(before), running(after))
        for before, after in pairwise(samples)
        if running(after) < min(running(before), fleet.demand_before(after.at), after.desired)
        and not fleet.interrupted_around(after.at)
    ]


def running(sample: Sample) -> int:
    return sample.spot_running + sample.on_demand_running


def test_a_service_survives_a_drought_and_comes_home() -> None:
    fleet = Fleet(policy=QUICK)
    drought_and_back(fleet)
    assert fleet.told == STORY
    assert_home(fleet)
    assert [len(request.get("capacityProviderStrategy", [])) for request in fleet.updates] == [2, 1]


def test_a_task_under_notice_is_missing_once_and_not_again_when_it_leaves_the_running_count() -> None:
    fleet = Fleet(policy=Policy(thresholds=Thresholds(placement_failures=1000)))
    fleet.world.weather.interrupt(KEY.account, KEY.region, KEY.cluster, KEY.service, 2)
    fleet.run(minutes=0.5)  # both have had their notice, and have left the running count
    fleet.world.weather.interrupt(KEY.account, KEY.region, KEY.cluster, KEY.service, 1)
    fleet.run(minutes=0.1)
    [told, _] = fleet.outbox.sent
    assert "3 of 6 tasks are missing" in told.detail["reason"]


def test_the_failover_runs_on_demand_before_the_noticed_tasks_are_gone_or_soon_after() -> None:
    fleet = Fleet(policy=QUICK)
    fleet.drought()
    fleet.run(minutes=4)
    assert fleet.record.phase is Phase.ON_DEMAND
    assert fleet.last.on_demand_running == 6


def test_a_restore_into_a_second_drought_goes_back_without_losing_a_task() -> None:
    fleet = Fleet(policy=QUICK)
    fleet.drought()
    fleet.run(minutes=10)
    while fleet.record.phase is not Phase.RESTORING:
        fleet.run(minutes=1)
    fleet.run(minutes=2)
    assert fleet.last.on_demand_running + fleet.last.spot_running >= 6
    drought_and_back(fleet)
    assert fleet.told == [*STORY[:3], "Service Restore Failed", *STORY[1:]]
    assert lost_to_us(fleet) == []
    assert fleet.record.attempt == 1
    assert_home(fleet)


def test_a_service_with_a_base_on_demand_gets_exactly_its_strategy_back() -> None:
    mixed = [
        {"capacityProvider": "FARGATE", "base": 2, "weight": 1},
        {"capacityProvider": "FARGATE_SPOT", "base": 0, "weight": 3},
    ]
    fleet = Fleet(policy=QUICK, strategy=mixed)
    drought_and_back(fleet)
    failover, restore = [request["capacityProviderStrategy"] for request in fleet.updates]
    assert failover[0] == {"capacityProvider": "FARGATE", "base": 2, "weight": 10}
    assert sorted(restore, key=str) == sorted(mixed, key=str)
    assert fleet.told == STORY


@pytest.mark.parametrize("rolling", [(0, 100), (50, 100), (50, 150), (100, 100), (100, 200)])
def test_no_rolling_setting_makes_the_switch_lose_a_task(rolling: tuple[int, int]) -> None:
    fleet = Fleet(policy=QUICK, rolling=rolling)
    drought_and_back(fleet)
    assert_home(fleet)
    assert lost_to_us(fleet) == []
    described = fleet.world.api(KEY.account, KEY.region).describe_services(
        {"cluster": KEY.cluster, "services": [KEY.service]}
    )
    configuration = described["services"][0]["deploymentConfiguration"]
    assert (configuration["minimumHealthyPercent"], configuration["maximumPercent"]) == rolling


def test_scaling_by_others_during_a_failover_is_kept() -> None:
    fleet = Fleet(policy=QUICK)
    fleet.drought()
    fleet.run(minutes=10)
    fleet.update(desiredCount=9)
    fleet.calm()
    fleet.run(minutes=40)
    assert_home(fleet, desired=9)


def test_a_rollout_starved_by_spot_is_rescued() -> None:
    fleet = Fleet(policy=QUICK)
    fleet.world.weather.set(KEY.account, KEY.region, capacity=6)
    fleet.update(forceNewDeployment=True)
    fleet.run(minutes=10)
    assert fleet.told[:2] == STORY[:2]
    assert fleet.last.on_demand_running == 6
    assert lost_to_us(fleet) == []


@pytest.mark.parametrize("rollback", [True, False])
def test_without_on_demand_capacity_it_says_so_rests_between_tries_and_ends_well(rollback: bool) -> None:
    fleet = Fleet(policy=QUICK)
    fleet.update(
        deploymentConfiguration={
            "minimumHealthyPercent": 100,
            "maximumPercent": 200,
            "deploymentCircuitBreaker": {"enable": True, "rollback": rollback},
        }
    )
    fleet.world.weather.set_on_demand(KEY.account, KEY.region, capacity=0)
    fleet.world.weather.set(KEY.account, KEY.region, capacity=3)
    fleet.run(minutes=60)
    assert "Service Blocked" in fleet.told
    assert fleet.last.spot_running == 3
    # Two tries, and one more each ten minutes.
    # Where on-demand capacity does not suffice Spot is tried too, as often as in any restore.
    assert len(fleet.updates) <= 8 + 4 * len(fleet.record.restores)
    assert len(fleet.record.restores) <= fleet.record.policy.restore.tries_per_day
    fleet.world.weather.set_on_demand(KEY.account, KEY.region, capacity=None)
    fleet.calm()
    fleet.run(minutes=120)
    assert_home(fleet)


def test_throttled_calls_and_stale_reads_end_in_the_same_place() -> None:
    fleet = Fleet(policy=QUICK)
    fleet.world.faults.stale_reads(8)
    fleet.drought()
    fleet.world.faults.throttle("DescribeServices", 3)
    fleet.world.faults.throttle("UpdateService", 2)
    fleet.run(minutes=10)
    fleet.calm()
    fleet.run(minutes=40)
    assert [told for told in fleet.told if told in STORY] == STORY
    assert_home(fleet)
    assert len(fleet.updates) == 2


def test_calm_weather_costs_no_update_at_all() -> None:
    fleet = Fleet(policy=QUICK)
    fleet.run(minutes=120)
    assert (fleet.updates, fleet.told) == ([], [])


def test_a_lost_event_is_made_up_for_by_the_next_one() -> None:
    fleet = Fleet(policy=QUICK, courier=Courier(3, lost=0.5))
    drought_and_back(fleet)
    assert fleet.told == STORY
    assert_home(fleet)


@settings(max_examples=20)
@given(
    seed=st.integers(0, 10_000), deaths=st.frozensets(st.integers(1, 120), max_size=6), mixed=st.booleans()
)
def test_wherever_a_pass_dies_and_however_events_repeat_the_service_comes_home(
    seed: int, deaths: frozenset[int], mixed: bool
) -> None:
    fleet = Fleet(seed=seed, policy=QUICK, deaths=deaths, courier=Courier(seed, copies=3 if mixed else 1))
    drought_and_back(fleet)
    fleet.run(minutes=20)
    assert [told for told in fleet.told if told in STORY] == STORY
    assert_home(fleet)
    assert lost_to_us(fleet) == []
    # A death between a call and its record may repeat that one call, after a minute, and no other.
    assert 2 <= len(fleet.updates) <= 2 + fleet.died


@settings(max_examples=15)
@given(
    seed=st.integers(0, 10_000),
    weather=st.lists(st.tuples(st.sampled_from([0, 2, 4, None]), st.integers(1, 15)), min_size=1, max_size=6),
    rolling=st.sampled_from([(100, 200), (50, 100), (0, 100), (100, 100)]),
    scale=st.sampled_from([None, 3, 10]),
    deaths=st.frozensets(st.integers(1, 200), max_size=4),
)
def test_in_any_weather_no_change_of_ours_takes_a_task_that_is_needed(
    seed: int,
    weather: list[tuple[int | None, int]],
    rolling: tuple[int, int],
    scale: int | None,
    deaths: frozenset[int],
) -> None:
    fleet = Fleet(seed=seed, policy=QUICK, rolling=rolling, deaths=deaths)
    for capacity, minutes in weather:
        fleet.world.weather.set(KEY.account, KEY.region, capacity=capacity)
        fleet.run(minutes=minutes)
    if scale:
        fleet.update(desiredCount=scale)
    fleet.calm()
    fleet.run(minutes=120)
    assert lost_to_us(fleet) == []
    assert_home(fleet, desired=scale or 6)
