"""A plan in the world: what its changes and interruptions do to services."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from simulator.backtest.contender import ServiceSpec
from simulator.backtest.services import SPOT_ONLY, create_service
from simulator.backtest.weather import Change, Interruption, WeatherPlan, combined
from simulator.world import World

START = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
SPEC = ServiceSpec("111111111111", "eu-west-1", "main", "web", 20)
HALF = (
    {"capacityProvider": "FARGATE", "weight": 1},
    {"capacityProvider": "FARGATE_SPOT", "weight": 1},
)


def _world(
    strategy: tuple[dict[str, Any], ...] = SPOT_ONLY, emit: Callable[[dict[str, Any]], None] | None = None
) -> World:
    world = World(seed=1, start=START - HOUR, emit=emit)
    create_service(world, SPEC, strategy)
    world.advance(to=START)
    return world


def _spot(world: World) -> int:
    last = world.log.last(SPEC.key)
    assert last is not None
    return last.spot_running


def test_a_share_of_demand_keeps_so_many_tasks_on_spot_until_the_shortage_ends() -> None:
    world = _world()
    plan = WeatherPlan(
        "p",
        START,
        START + 4 * HOUR,
        (Change(START + HOUR, SPEC.region, share=0.9), Change(START + 2 * HOUR, SPEC.region)),
    )
    plan.apply(world, [SPEC])
    world.advance(to=START + HOUR - timedelta(seconds=1))
    assert _spot(world) == 20
    world.advance(to=START + 2 * HOUR - timedelta(seconds=1))
    assert _spot(world) == 18
    world.advance(to=START + 3 * HOUR)
    assert _spot(world) == 20


def test_capacity_that_takes_nothing_leaves_what_runs_and_places_nothing_until_it_is_back() -> None:
    world = _world()
    shortage = Change(START + HOUR, SPEC.region, share=0.0, takes_running=False)
    hit = Interruption(START + HOUR + timedelta(minutes=30), SPEC.key, 3)
    plan = WeatherPlan(
        "p", START, START + 4 * HOUR, (shortage, Change(START + 3 * HOUR, SPEC.region)), (hit,)
    )
    plan.apply(world, [SPEC])
    world.advance(to=hit.at - timedelta(seconds=1))
    assert _spot(world) == 20
    world.advance(to=START + 3 * HOUR - timedelta(seconds=1))
    assert _spot(world) == 17
    world.advance(to=START + 3 * HOUR + timedelta(minutes=15))
    assert _spot(world) == 20


def test_an_interruption_takes_tasks_at_its_moment_and_leaves_the_pool_as_it_is() -> None:
    world = _world()
    WeatherPlan(
        "p", START, START + HOUR, interruptions=(Interruption(START + timedelta(minutes=10), SPEC.key, 3),)
    ).apply(world, [SPEC])
    world.advance(to=START + timedelta(minutes=9))
    assert _spot(world) == 20
    world.advance(to=START + timedelta(minutes=10, seconds=30))
    assert 17 <= _spot(world) < 20
    world.advance(to=START + timedelta(minutes=20))
    assert _spot(world) == 20


def test_half_as_many_spot_tasks_meet_about_half_of_the_interruptions() -> None:
    taken: list[str] = []
    world = _world(HALF, lambda event: taken.append(event["detail"].get("stopCode", "")))
    hits = tuple(Interruption(START + n * HOUR, SPEC.key, 2) for n in range(100))
    WeatherPlan("p", START, START + 100 * HOUR, interruptions=hits).apply(world, [SPEC])
    world.advance(to=START + 100 * HOUR)
    notices = taken.count("SpotInterruption") / 4  # each stop tells its code four times
    assert 70 < notices < 130  # of 200


def test_interruptions_of_services_that_are_not_there_are_left_out() -> None:
    world = _world()
    other = ServiceSpec("111111111111", "eu-west-1", "main", "other", 20)
    hits = (Interruption(START + timedelta(minutes=10), other.key),)
    WeatherPlan("p", START, START + HOUR, interruptions=hits).apply(world, [SPEC])
    world.advance(to=START + HOUR)
    assert _spot(world) == 20


@pytest.mark.parametrize(
    ("account", "serves"), [(None, True), ("111111111111", True), ("222222222222", False)]
)
def test_a_share_counts_the_demand_of_the_services_that_its_pool_serves(
    account: str | None, serves: bool
) -> None:
    change = Change(START, "eu-west-1", account, share=0.5)
    assert change.serves(SPEC.key) is serves
    elsewhere = ServiceSpec("111111111111", "eu-west-2", "main", "web", 100)
    assert change.tasks([SPEC, elsewhere]) == (10 if serves else 0)


def test_a_resolved_plan_speaks_of_tasks() -> None:
    plan = WeatherPlan(
        "p", START, START + HOUR, (Change(START, "eu-west-1", share=0.5), Change(START, "eu-west-1"))
    )
    assert [(change.capacity, change.share) for change in plan.resolved([SPEC]).changes] == [
        (10, None),
        (None, None),
    ]


def test_combined_plans_keep_the_order_of_time_and_say_each_caveat_once() -> None:
    first = WeatherPlan("a", START, START + HOUR, (Change(START + HOUR, "eu-west-1"),), caveat="An estimate.")
    second = WeatherPlan("b", START - HOUR, START, (Change(START, "eu-west-2"),), caveat="An estimate.")
    both = combined("both", [first, second])
    assert (both.start, both.end) == (START - HOUR, START + HOUR)
    assert [change.region for change in both.changes] == ["eu-west-2", "eu-west-1"]
    assert both.caveat == "An estimate."
