"""What a failover, and an event that comes again, may cost in calls of ECS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.installation import Installation
from tests.e2e.places import HUB, SOUTH
from tests.e2e.services import Service

TICK = {"Name": "spot-failover-tick", "GroupName": "spot-failover"}
KEPT = ("ScheduleExpression", "FlexibleTimeWindow", "Target")


@pytest.fixture
def _without_ticks(installation: Installation) -> Iterator[None]:
    """Hold the hub's own tick: its surveys look at services too."""
    scheduler = installation.client("scheduler", HUB)
    schedule: dict[str, Any] = scheduler.get_schedule(**TICK)
    settings = TICK | {name: schedule[name] for name in KEPT}
    scheduler.update_schedule(**settings, State="DISABLED")
    yield
    scheduler.update_schedule(**settings, State="ENABLED")


@pytest.mark.usefixtures("_without_ticks")
def test_a_failover_costs_two_calls_and_a_repeated_event_none(installation: Installation) -> None:
    service = Service(installation, SOUTH, "counted").create().running().register()
    installation.quiet()
    _, start = installation.control.calls()
    event = service.drill_event()

    installation.control.emit(event)
    installation.until(lambda: service.calls("UpdateService", start), what="the failover", ticking=False)
    installation.quiet()
    assert len(service.calls("DescribeServices", start)) == 1
    assert len(service.calls("UpdateService", start)) == 1

    rows = service.evidence()
    _, start = installation.control.calls()
    for _ in range(3):
        installation.control.emit(event)
    installation.until(
        lambda: delivered(installation, event["id"]),
        lambda count: count == 4,
        what="four deliveries",
        ticking=False,
    )
    installation.quiet()
    assert service.evidence() == rows
    assert not service.calls("DescribeServices", start)
    assert not service.calls("UpdateService", start)


def delivered(installation: Installation, event_id: str) -> int:
    """Count how often an event reached a queue of the hub."""
    deliveries, _ = installation.control.deliveries()
    return sum(
        each["event_id"] == event_id and each["outcome"] == "delivered" and ":sqs:" in each["target"]
        for each in deliveries
    )
