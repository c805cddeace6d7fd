"""A whole failover and the way back, with every event delivered three times and shuffled."""

from __future__ import annotations

from collections import Counter
from functools import partial

from tests.e2e.installation import Installation
from tests.e2e.places import SOUTH
from tests.e2e.services import BASED, Service


def test_events_that_come_three_times_and_shuffled_move_a_service_once(installation: Installation) -> None:
    service = Service(installation, SOUTH, "repeated").create(strategy=BASED, desired=3).running().register()
    tasks = service.interrupt(2)
    service.in_phase("on_demand")
    service.in_phase("steady")
    service.running()
    installation.quiet()

    assert service.strategy() == BASED
    changes = [call["request"]["capacityProviderStrategy"] for call in service.calls("UpdateService")]
    assert [[item["capacityProvider"] for item in change if item["weight"]] for change in changes] == [
        ["FARGATE"],
        ["FARGATE_SPOT"],
    ]
    interrupted = [row for row in service.evidence() if row["kind"] == "spot_interruption"]
    assert {row["task_arn"] for row in interrupted} == set(tasks)
    copies = Counter(row["event_id"] for row in service.evidence())
    assert set(copies.values()) == {1}
    for told in ("Service Failing Over", "Service On Demand", "Service Restoring", "Service Restored"):
        events = installation.until(
            partial(installation.audit, told, service_id=service.key), what=f"the event {told}"
        )
        assert len(events) == 1
