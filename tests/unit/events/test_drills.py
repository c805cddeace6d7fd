from datetime import timedelta
from typing import Any

import pytest

from spot_failover.domain.identity import ServiceId
from spot_failover.events.errors import RejectedEventError, UnidentifiedServiceError
from tests.unit.events.catalogue import recorded
from tests.unit.events.reading import HUB_ACCOUNT, evidence_of, read, time_of, why_ignored

LANDING = ServiceId("666677778888", "ap-south-1", "web", "landing")


def drill(**envelope: Any) -> dict[str, Any]:
    """Return what EventBridge delivers of a put-events command that gives only what it must."""
    return recorded("drill-placement-failure", **envelope)


def test_the_smallest_drill_needs_neither_a_cluster_nor_an_event_type() -> None:
    assert drill()["detail"].keys() == {"eventName", "reason", "capacityProviderArns"}
    signal = evidence_of(drill(), drills=True)
    assert signal.service == LANDING
    assert signal.evidence.drill
    assert signal.wake


def test_a_drill_may_also_copy_a_real_notice() -> None:
    signal = evidence_of(recorded("drill-interruption"), drills=True)
    assert signal.service.service == "checkout"
    assert signal.evidence.drill


@pytest.mark.parametrize("name", ["drill-placement-failure", "drill-interruption"])
def test_a_drill_is_rejected_where_none_are_allowed(name: str) -> None:
    with pytest.raises(RejectedEventError, match="allow_drills"):
        read(recorded(name), drills=False)


def test_the_central_account_may_drill_any_service_from_any_region() -> None:
    signal = evidence_of(drill(account=HUB_ACCOUNT, region="eu-central-1"), drills=True)
    assert signal.service == LANDING


def test_the_central_account_cannot_mix_two_accounts_in_one_drill() -> None:
    event = drill(account=HUB_ACCOUNT)
    event["detail"]["clusterArn"] = "arn:aws:ecs:ap-south-1:333344445555:cluster/web"
    with pytest.raises(RejectedEventError, match="333344445555"):
        read(event, drills=True)


@pytest.mark.parametrize("envelope", [{"account": "333344445555"}, {"region": "eu-west-1"}])
def test_nobody_else_may_drill_a_service_that_lies_elsewhere(envelope: dict[str, Any]) -> None:
    with pytest.raises(RejectedEventError, match="nobody may speak for another account or region"):
        read(drill(**envelope), drills=True)


def test_a_real_event_from_the_central_account_still_cannot_name_another_account() -> None:
    with pytest.raises(RejectedEventError):
        read(recorded("spot-placement-failure", account=HUB_ACCOUNT), drills=True)


@pytest.mark.parametrize(
    ("age", "counts"),
    [
        (timedelta(minutes=5), True),
        (timedelta(minutes=5, seconds=1), False),
        (-timedelta(minutes=5), True),
        (-timedelta(days=1), False),
    ],
)
def test_a_drill_counts_only_within_five_minutes_of_its_time(age: timedelta, counts: bool) -> None:
    now = time_of(drill()) + age
    if counts:
        assert evidence_of(drill(), drills=True, now=now).evidence.drill
    else:
        assert "more than five minutes from now" in why_ignored(drill(), drills=True, now=now)


def test_a_drill_cannot_feign_that_spot_works() -> None:
    event = recorded("spot-task-started", source="test.aws.ecs")
    assert "never that it works" in why_ignored(event, drills=True)


def test_a_drill_that_says_nothing_about_spot_is_ignored() -> None:
    event = recorded("service-steady-state", source="test.aws.ecs")
    assert why_ignored(event, drills=True) == "The service is in a steady state."


def test_a_drill_of_a_standalone_task_is_ignored() -> None:
    event = recorded("spot-interruption-standalone-task", source="test.aws.ecs")
    assert "belongs to no service" in why_ignored(event, drills=True)


def test_a_drill_with_an_old_arn_cannot_be_identified() -> None:
    with pytest.raises(UnidentifiedServiceError):
        read(drill(resources=["arn:aws:ecs:ap-south-1:666677778888:service/landing"]), drills=True)


def test_a_replay_is_ignored_whatever_it_holds() -> None:
    assert "replay ('after-the-outage')" in why_ignored(recorded("spot-interruption-replayed"))
    assert "replay" in why_ignored(drill(**{"replay-name": "again"}), drills=False)
