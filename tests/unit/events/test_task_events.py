from datetime import UTC, datetime
from typing import Any

import pytest

from spot_failover.domain.evidence import Evidence, EvidenceKind
from spot_failover.domain.identity import ServiceId
from spot_failover.events.errors import MalformedEventError, RejectedEventError, UnidentifiedServiceError
from tests.unit.events.catalogue import load, recorded
from tests.unit.events.reading import evidence_of, read, why_ignored

CHECKOUT = ServiceId("222233334444", "eu-central-1", "shop", "checkout")


def test_a_notice_becomes_evidence_about_its_task() -> None:
    event = load("spot-interruption-deactivating.json")
    signal = evidence_of(event)
    assert signal.service == CHECKOUT
    assert signal.evidence == Evidence(
        kind=EvidenceKind.SPOT_INTERRUPTION,
        time=datetime(2026, 3, 2, 9, 14, 7, tzinfo=UTC),
        event_id=event["id"],
        subject=event["detail"]["taskArn"],
        reason="Your Spot Task was interrupted.",
        stopped=True,
    )
    assert signal.wake


def test_only_a_running_task_is_still_in_the_running_count_of_ecs() -> None:
    states = ["running", "deactivating", "stopping", "deprovisioning", "stopped"]
    evidence = [evidence_of(load(f"spot-interruption-{state}.json")).evidence for state in states]
    assert [row.stopped for row in evidence] == [False, True, True, True, True]


def test_all_events_of_one_stop_are_about_one_task() -> None:
    states = ["deactivating", "stopping", "deprovisioning", "stopped"]
    evidence = [evidence_of(load(f"spot-interruption-{state}.json")).evidence for state in states]
    assert len({row.subject for row in evidence}) == 1
    assert len({row.event_id for row in evidence}) == len(states)


def test_a_started_task_is_recorded_but_wakes_nobody() -> None:
    signal = evidence_of(load("spot-task-started.json"))
    assert signal.evidence.kind is EvidenceKind.SPOT_TASK_STARTED
    assert signal.evidence.reason == ""
    assert not signal.wake


@pytest.mark.parametrize(
    ("name", "lacks_capacity"),
    [
        ("spot-task-start-failed-no-capacity", True),
        ("spot-task-start-failed-resources-not-available", True),
        ("spot-task-start-failed-scheduler", True),
        ("spot-task-start-failed-image", False),
    ],
)
def test_a_failed_start_says_whether_capacity_was_lacking(name: str, lacks_capacity: bool) -> None:
    signal = evidence_of(load(f"{name}.json"))
    assert signal.evidence.kind is EvidenceKind.SPOT_TASK_START_FAILED
    assert signal.evidence.lacks_capacity is lacks_capacity
    assert signal.wake


def test_lack_of_capacity_is_found_anywhere_in_the_reason_of_a_failed_start() -> None:
    reason = "Task failed to start: Capacity is unavailable at this time."
    event = recorded("spot-task-start-failed-image", detail={"stoppedReason": reason})
    assert evidence_of(event).evidence.lacks_capacity


def test_a_failed_start_without_a_reason_gives_its_code_as_reason() -> None:
    event = recorded("spot-task-start-failed-image", detail={"stoppedReason": ...})
    assert evidence_of(event).evidence.reason == "TaskFailedToStart"


def test_a_reason_longer_than_any_of_ecs_is_cut() -> None:
    reason = "Capacity is unavailable" + "!" * 5000
    event = recorded("spot-task-start-failed-no-capacity", detail={"stoppedReason": reason})
    assert evidence_of(event).evidence.reason == reason[:1024]


def test_half_a_character_in_a_reason_can_still_be_stored() -> None:
    event = recorded("spot-task-start-failed-no-capacity", detail={"stoppedReason": "Capacity \ud83d"})
    assert evidence_of(event).evidence.reason.encode()


def test_the_task_is_taken_from_the_resources_where_the_detail_does_not_name_it() -> None:
    event = recorded("spot-interruption-running", detail={"taskArn": ...})
    assert evidence_of(event).evidence.subject == event["resources"][0]


def test_an_event_without_a_time_happened_now() -> None:
    now = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    assert evidence_of(recorded("spot-interruption-running", time=...), now=now).evidence.time == now


def test_a_time_of_another_zone_is_kept_as_utc() -> None:
    event = recorded("spot-interruption-running", time="2026-03-02T10:14:05+01:00")
    assert evidence_of(event).evidence.time.isoformat() == "2026-03-02T09:14:05+00:00"


@pytest.mark.parametrize("name", ["spot-interruption-standalone-task", "spot-task-started-standalone"])
def test_a_task_that_belongs_to_no_service_is_ignored(name: str) -> None:
    assert "'family:nightly-export'" in why_ignored(load(f"{name}.json"))


@pytest.mark.parametrize("group", ["my-own-group", "family:checkout", "services:checkout"])
def test_a_group_that_is_no_service_is_ignored(group: str) -> None:
    assert repr(group) in why_ignored(recorded("spot-interruption-running", detail={"group": group}))


@pytest.mark.parametrize("name", ["spot-interruption-guide", "spot-interruption-guide-termination-notice"])
def test_a_task_without_a_group_cannot_be_identified(name: str) -> None:
    with pytest.raises(UnidentifiedServiceError, match="has no 'group'"):
        read(load(f"{name}.json"))


@pytest.mark.parametrize("group", ["service:", "service:a::b", "service:a/b", "service:" + "a" * 256])
def test_a_group_that_names_no_possible_service_is_malformed(group: str) -> None:
    with pytest.raises(MalformedEventError, match="not a name that ECS allows"):
        read(recorded("spot-interruption-running", detail={"group": group}))


@pytest.mark.parametrize("envelope", [{"account": "333344445555"}, {"region": "eu-west-1"}])
def test_an_event_from_elsewhere_than_its_cluster_is_rejected(envelope: dict[str, Any]) -> None:
    with pytest.raises(RejectedEventError, match="nobody may speak for another account or region"):
        read(recorded("spot-interruption-running", **envelope))


def test_a_task_of_another_account_in_a_cluster_of_ours_is_rejected() -> None:
    foreign = "arn:aws:ecs:eu-central-1:333344445555:task/shop/0b1c2d3e4f5061728394a5b6c7d8e9f0"
    with pytest.raises(RejectedEventError, match="333344445555"):
        read(recorded("spot-interruption-running", detail={"taskArn": foreign}))


def test_a_service_of_china_is_identified_like_any_other() -> None:
    service = evidence_of(load("spot-interruption-china.json")).service
    assert service == ServiceId("777788889999", "cn-north-1", "shop", "checkout")
