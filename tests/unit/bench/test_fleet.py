"""The fleet of the measurements: the shipped functions in virtual time, at rest and in trouble."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bench.fleet.fleet import Fleet, Size
from bench.fleet.virtual_time import VirtualTime
from simulator.world import World

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_what_sleeps_less_goes_on_first_and_the_world_moves_in_between() -> None:
    story: list[tuple[str, float]] = []
    world = World(seed=1, start=START)
    time = VirtualTime(world, jobs=2)

    def tell(name: str) -> None:
        story.append((name, (world.now - START).total_seconds()))

    def job(name: str, seconds: float) -> None:
        time.sleep(seconds)
        tell(name)

    world.at(START + timedelta(seconds=2), lambda: tell("world"))
    time.start(lambda: job("slow", 3))
    time.start(lambda: job("fast", 1))
    time.run()
    time.close()
    assert story == [("fast", 1), ("world", 2), ("slow", 3)]


def test_an_error_in_a_job_is_raised_where_the_time_is_kept() -> None:
    time = VirtualTime(World(seed=1, start=START), jobs=1)

    def job() -> None:
        raise ValueError("The job fails.")

    time.start(job)
    with pytest.raises(ValueError, match="The job fails"):
        time.run()
    time.close()


@pytest.fixture
def fleet() -> Iterator[Fleet]:
    fleet = Fleet(Size(accounts=2, services=12, tasks=2))
    yield fleet
    fleet.close()


def test_a_tick_in_calm_describes_ten_services_to_a_call_and_wakes_nobody(fleet: Fleet) -> None:
    seconds = fleet.hub.tick()
    usage = fleet.hub.aws.book.taken()
    # 12 services and 8 standbys in each account.
    assert usage["ecs DescribeServices"] == 4
    assert usage["invocations of work"] == 2
    assert "dynamodb UpdateItem" not in usage
    assert 0.2 < seconds < 1
    assert fleet.phases() == {"steady": 24}


def test_a_service_that_loses_its_tasks_fails_over_in_every_mode(fleet: Fleet) -> None:
    fleet.interrupt(fleet.services[:3], 2)
    fleet.wait(2)
    usage = fleet.hub.aws.book.taken()
    assert fleet.phases() == {"failing_over": 3, "steady": 21}
    assert usage["ecs UpdateService"] == 3
    assert fleet.faults() == []


def test_the_same_event_again_costs_no_call_of_ecs(fleet: Fleet) -> None:
    fleet.interrupt(fleet.services[:1], 1)
    fleet.wait(30)
    fleet.hub.aws.book.taken()
    fleet.hub.event(fleet.forwarded[0])
    fleet.wait(0.5)
    usage = fleet.hub.aws.book.taken()
    assert usage["invocations of observe"] == 1
    assert not any(name.startswith("ecs ") for name in usage)
