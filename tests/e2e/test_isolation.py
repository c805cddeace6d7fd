"""The same cluster and service name in two accounts, and in two regions of one."""

from __future__ import annotations

from tests.e2e.installation import Installation
from tests.e2e.places import NORTH, NORTH_US, SOUTH
from tests.e2e.services import SPOT, Service


def test_interruptions_in_one_account_move_nothing_elsewhere(installation: Installation) -> None:
    web, *others = [
        Service(installation, place, "web").running().protected() for place in (NORTH, NORTH_US, SOUTH)
    ]
    web.interrupt(2)
    assert_moved_alone(web, *others)


def test_a_drought_in_one_region_moves_nothing_in_another(installation: Installation) -> None:
    struck, spared = [
        Service(installation, place, "twin").create().running().register() for place in (NORTH_US, NORTH)
    ]
    installation.control.weather(NORTH_US.region, "drought", NORTH_US.account)
    try:
        assert_moved_alone(struck, spared)
    finally:
        installation.control.weather(NORTH_US.region, "calm", NORTH_US.account)


def assert_moved_alone(moved: Service, *others: Service) -> None:
    moved.in_phase("failing_over", "on_demand")
    moved.installation.quiet()
    assert [item["capacityProvider"] for item in moved.strategy() if item["weight"]] == ["FARGATE"]
    for other in others:
        assert other.strategy() == SPOT
        assert other.record()["phase"] == "steady"
        assert not other.calls("UpdateService")
        assert {row["kind"] for row in other.evidence()} <= {"spot_task_started"}
