"""A whole failover and the way back, with every event delivered three times and shuffled."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial

from spot_failover.adapters.history import DynamoHistory
from spot_failover.adapters.tables import Table
from spot_failover.domain.identity import ServiceId
from tests.e2e.installation import ALERT_QUEUE, EVIDENCE_TABLE, TEAM_QUEUE, Installation
from tests.e2e.places import HUB, SOUTH
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
    _told(installation, service)
    _kept(installation, service)


def _told(installation: Installation, service: Service) -> None:
    """Look at a channel, which heard all in one thread, and at a team's that wants to hear what is loud."""
    steps = ["Service Failing Over", "Service On Demand", "Service Restoring", "Service Restored"]
    installation.until(lambda: len(installation.told(service.key)) >= len(steps), what="the notifications")
    told = installation.told(service.key, ALERT_QUEUE)
    assert [notification["metadata"]["eventType"] for notification in told] == steps
    assert len({notification["metadata"]["threadId"] for notification in told}) == 1
    served = told[1]["content"]
    assert served["title"] == "repeated in shop runs on demand"
    assert "*Tasks:* 3 of 3 run; 3 are wanted" in served["description"]
    assert "s after the event behind it" in served["description"]
    assert "Spot is tried again at" in served["nextSteps"][0]
    loud = installation.told(service.key, TEAM_QUEUE)
    assert [notification["metadata"]["eventType"] for notification in loud] == ["Service Failing Over"]


def _kept(installation: Installation, service: Service) -> None:
    """Look at what is kept of every change: on the bus and in the history, with why it was made."""
    changes = [
        event["detail"]
        for event in installation.audits(service.key)
        if event["detail-type"] == "Service Change"
    ]
    assert len(changes) == len(service.calls("UpdateService")) == 2
    for change, provider in zip(changes, ("FARGATE", "FARGATE_SPOT"), strict=True):
        assert change["reason"].startswith("Asks ECS to update the service repeated: strategy ")
        assert f"{provider} weight 1" in change["reason"]
        assert "Why: " in change["reason"]
    table = Table(installation.client("dynamodb", HUB), EVIDENCE_TABLE)
    since = datetime.now(UTC) - timedelta(hours=1)
    history = DynamoHistory(table).read(ServiceId.from_key(service.key), since)
    assert {message.id for message in history} == {
        event["detail"]["id"] for event in installation.audits(service.key)
    }
