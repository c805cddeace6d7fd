"""Generated weather keeps its stated bounds, whatever the seed."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from simulator.backtest.contender import ServiceSpec
from simulator.backtest.rivals.counters import ErrorCounters
from simulator.backtest.run import run
from simulator.backtest.weather import (
    Change,
    Droughts,
    Flapping,
    Interruptions,
    Spells,
    WeatherPlan,
    droughts_and_interruptions,
    flapping,
    partial_shortage,
)

MONDAY = datetime(2026, 3, 2, tzinfo=ZoneInfo("Asia/Tokyo")).astimezone(UTC)
TOKYO = ServiceSpec("111111111111", "ap-northeast-1", "main", "web", 20)
SINGAPORE = ServiceSpec("222222222222", "ap-southeast-1", "main", "web", 20)
SEEDS = range(30)


def _droughts(plan: WeatherPlan, region: str) -> list[tuple[datetime, datetime, float]]:
    changes = [change for change in plan.changes if change.region == region]
    assert len(changes) % 2 == 0
    return [(a.at, b.at, a.share or 0.0) for a, b in zip(changes[::2], changes[1::2], strict=True)]


@pytest.mark.parametrize("seed", SEEDS)
def test_each_week_has_two_or_three_droughts_on_different_days(seed: int) -> None:
    plan = droughts_and_interruptions([TOKYO], MONDAY, 70, seed)
    days = [begin.astimezone(ZoneInfo("Asia/Tokyo")).date() for begin, _, _ in _droughts(plan, TOKYO.region)]
    assert len(set(days)) == len(days)
    weeks = [(day - MONDAY.astimezone(ZoneInfo("Asia/Tokyo")).date()).days // 7 for day in days]
    assert {weeks.count(week) for week in range(10)} <= {2, 3}


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_drought_lies_between_nine_and_twelve_of_its_own_time_zone(seed: int, zone: str) -> None:
    plan = droughts_and_interruptions([TOKYO], MONDAY, 28, seed, Droughts(time_zone=zone))
    found = _droughts(plan, TOKYO.region)
    assert found
    for begin, until, left in found:
        local = [moment.astimezone(ZoneInfo(zone)) for moment in (begin, until)]
        opens = local[0].replace(hour=9, minute=0, second=0)
        assert opens <= local[0] < local[1] <= opens + timedelta(hours=3)
        assert timedelta(minutes=59) < until - begin <= timedelta(hours=3)
        assert 0 <= left <= 0.75


def test_about_a_third_of_droughts_take_tasks_that_run_and_the_others_only_grow_no_more() -> None:
    begins = [
        change
        for seed in SEEDS
        for change in droughts_and_interruptions([TOKYO], MONDAY, 70, seed).changes
        if change.share is not None
    ]
    taking = [change for change in begins if change.takes_running]
    assert {change.share for change in begins if not change.takes_running} == {0.0}
    assert 0.28 < len(taking) / len(begins) < 0.38
    assert len({change.share for change in taking}) > len(taking) / 2


def test_the_share_of_droughts_that_take_changes_neither_their_times_nor_what_they_leave() -> None:
    none, all_of_them = (
        droughts_and_interruptions([TOKYO], MONDAY, 70, 1, Droughts(takes_running=share)) for share in (0, 1)
    )
    some = droughts_and_interruptions([TOKYO], MONDAY, 70, 1)
    assert [change.at for change in none.changes] == [change.at for change in all_of_them.changes]
    assert not any(change.takes_running for change in none.changes if change.share is not None)
    assert all(change.takes_running for change in all_of_them.changes)
    for change, whole in zip(some.changes, all_of_them.changes, strict=True):
        assert change == whole or not change.takes_running


@pytest.mark.parametrize("seed", [1, 3])
def test_the_operator_s_algorithm_leaves_spot_in_the_droughts_that_take_and_seldom_else(seed: int) -> None:
    # Each way back to Spot that held ends one time; within one drought there may be several tries.
    service = ServiceSpec("111111111111", "ap-northeast-1", "main", "web", 200)
    plan = droughts_and_interruptions([service], MONDAY, 90, seed)
    left = run(ErrorCounters(), plan, [service], seed).counts.restores
    assert -1 <= left - _taking(plan) <= 6


def test_droughts_that_take_are_about_as_many_as_the_operator_s_failovers() -> None:
    # The operator: 12 times in 3 months; with the few of the other droughts (see above) it comes out so.
    taking = [_taking(droughts_and_interruptions([TOKYO], MONDAY, 90, seed)) for seed in SEEDS]
    assert 10 <= sum(taking) / len(taking) <= 13


def _taking(plan: WeatherPlan) -> int:
    return sum(change.takes_running for change in plan.changes if change.share is not None)


def test_the_droughts_of_many_seeds_use_the_whole_window_and_every_weekday() -> None:
    begins = [
        begin.astimezone(ZoneInfo("Asia/Tokyo"))
        for seed in SEEDS
        for begin, _, _ in _droughts(droughts_and_interruptions([TOKYO], MONDAY, 28, seed), TOKYO.region)
    ]
    assert {begin.hour for begin in begins} == {9, 10}  # none is shorter than an hour
    assert {begin.weekday() for begin in begins} == set(range(7))


@pytest.mark.parametrize("seed", SEEDS)
def test_each_day_has_two_or_three_interruptions_of_one_task(seed: int) -> None:
    plan = droughts_and_interruptions([TOKYO], MONDAY, 14, seed)
    days = [(hit.at - MONDAY).days for hit in plan.interruptions]
    assert {days.count(day) for day in range(14)} <= {2, 3}
    assert {hit.count for hit in plan.interruptions} == {1}


def test_regions_have_droughts_of_their_own_and_accounts_of_one_region_share_them() -> None:
    plan = droughts_and_interruptions([TOKYO, SINGAPORE], MONDAY, 28, 1)
    assert _droughts(plan, TOKYO.region) != _droughts(plan, SINGAPORE.region)
    assert {change.account for change in plan.changes} == {None}


def test_another_service_changes_nothing_for_those_that_were_there() -> None:
    alone = droughts_and_interruptions([TOKYO], MONDAY, 28, 5)
    both = droughts_and_interruptions([SINGAPORE, TOKYO], MONDAY, 28, 5)
    assert [change for change in both.changes if change.region == TOKYO.region] == list(alone.changes)
    assert [hit for hit in both.interruptions if hit.service == TOKYO.key] == list(alone.interruptions)


def test_the_same_seed_gives_the_same_weather_and_another_seed_another() -> None:
    first, again, other = (droughts_and_interruptions([TOKYO], MONDAY, 28, seed) for seed in (7, 7, 8))
    assert first == again
    assert first != other


def test_changes_and_interruptions_come_in_the_order_of_time_and_within_the_plan() -> None:
    plan = droughts_and_interruptions([TOKYO, SINGAPORE], MONDAY, 30, 3)
    for moments in ([c.at for c in plan.changes], [i.at for i in plan.interruptions]):
        assert moments == sorted(moments)
        assert plan.start <= moments[0]
        assert moments[-1] <= plan.end


def test_flapping_takes_its_spells_from_the_lists_given() -> None:
    spells = Flapping(up=[600.0, 1200.0], down=[300.0])
    plan = flapping(["eu-west-1"], MONDAY, 2, 4, spells)
    lengths = [(b.at - a.at).total_seconds() for a, b in pairwise(plan.changes)]
    assert {change.capacity for change in plan.changes[::2]} == {0}
    assert {change.capacity for change in plan.changes[1::2]} == {None}
    assert set(lengths[::2]) == {300.0}
    assert set(lengths[1::2]) == {600.0, 1200.0}


def test_flapping_by_default_looks_like_the_pool_that_it_is_modelled_on() -> None:
    down = up = 0.0
    outages = 0
    for seed in SEEDS:
        plan = flapping(["eu-west-1"], MONDAY, 27, seed)
        for a, b in pairwise(plan.changes):
            seconds = (b.at - a.at).total_seconds()
            if a.capacity == 0:
                down, outages = down + seconds, outages + 1
            else:
                up += seconds
    assert 0.40 < up / (up + down) < 0.54  # 0.466 in the pool
    assert 330 < outages / len(SEEDS) < 470  # 400 in the pool


def test_a_partial_shortage_leaves_its_share_and_ends() -> None:
    end = MONDAY + timedelta(days=1)
    plan = partial_shortage("eu-west-1", MONDAY, end, at=MONDAY + timedelta(hours=2), hours=3, left=0.9)
    begin, until = plan.changes
    twenty = ServiceSpec("111111111111", "eu-west-1", "main", "web", 20)
    assert (begin.tasks([twenty]), until.tasks([twenty])) == (18, None)
    assert until.at - begin.at == timedelta(hours=3)


def test_a_shortage_beyond_the_plan_is_refused() -> None:
    with pytest.raises(ValueError, match="does not lie between"):
        partial_shortage("eu-west-1", MONDAY, MONDAY + timedelta(hours=3), at=MONDAY, hours=4, left=0.5)


def test_parameters_that_cannot_be_are_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match="do not fit between 9 and 10"):
        Droughts(to_hour=10)
    with pytest.raises(ValueError, match="do not fit into a day"):
        Droughts(from_hour=12, to_hour=9)
    with pytest.raises(ValueError, match="no share of droughts"):
        Droughts(takes_running=1.5)
    with pytest.raises(ValueError, match="8"):
        Droughts(per_week=(2, 8))
    with pytest.raises(ValueError, match="smaller number first"):
        Interruptions(per_day=(3, 2))
    with pytest.raises(ValueError, match="from 1 on"):
        Interruptions(tasks=(0, 1))
    with pytest.raises(ValueError, match="mean not below"):
        Spells(median=10, mean=5)
    with pytest.raises(ValueError, match="give one of them"):
        Change(MONDAY, "eu-west-1", capacity=3, share=0.5)
    with pytest.raises(ValueError, match="cannot be negative"):
        Change(MONDAY, "eu-west-1", capacity=-1)
