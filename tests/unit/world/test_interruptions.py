"""Spot interruptions: the notice, what follows it, and who still serves meanwhile."""

import pytest

from simulator.world import Behaviour, ExitAt
from tests.unit.world.stage import ACCOUNT, CLUSTER, REGION, TARGET_GROUP, Stage, key


def interrupt(stage: Stage, count: int, name: str = "web") -> list[str]:
    return stage.world.weather.interrupt(ACCOUNT, REGION, CLUSTER, name, count)


def test_the_notice_comes_two_minutes_before_the_end_of_a_task_that_works_on(stage: Stage) -> None:
    stage.world.behaviours.set(key(), Behaviour(exit_at=ExitAt.STOP_TIMEOUT))
    stage.running(desired=1)
    noticed_at = stage.world.now

    [arn] = interrupt(stage, 1)
    stage.advance(119.9)
    assert stage.last().serving >= 1
    stage.advance(60)

    [task] = stage.api.describe_tasks({"cluster": CLUSTER, "tasks": [arn]})["tasks"]
    assert (task["executionStoppedAt"] - noticed_at).total_seconds() == 120
    assert task["containers"][0]["exitCode"] == 137


def test_a_task_that_heeds_sigterm_is_gone_at_once(stage: Stage) -> None:
    stage.world.behaviours.set(key(), Behaviour(exit_at=ExitAt.SIGTERM))
    stage.running(desired=1)

    interrupt(stage, 1)
    stage.advance(6)

    assert stage.last().serving == 0


def test_no_stop_timeout_outlasts_the_notice(stage: Stage) -> None:
    stage.world.register_task_definition(ACCOUNT, REGION, "slow:1", stop_timeout=600)
    stage.world.behaviours.set(key(), Behaviour(exit_at=ExitAt.STOP_TIMEOUT))
    stage.running(desired=1, taskDefinition="slow:1")

    [arn] = interrupt(stage, 1)
    stage.advance(121)

    [task] = stage.api.describe_tasks({"cluster": CLUSTER, "tasks": [arn]})["tasks"]
    assert task["lastStatus"] == "STOPPING"
    stage.advance(9)
    assert stage.statuses(arn)[-1] == "DEPROVISIONING/STOPPED"


def test_the_capacity_of_a_stopped_task_is_free_for_another(stage: Stage) -> None:
    stage.drought(capacity=4)
    stage.running(desired=4)
    stage.create("other", desired=2)
    stage.advance(30)
    assert stage.counts("other") == (0, 0)

    stage.update(desiredCount=2)
    stage.until(lambda: stage.counts("other") == (2, 0))

    assert stage.counts() == (2, 0)


def test_a_noticed_task_takes_no_place_in_a_rollout(stage: Stage) -> None:
    stage.world.behaviours.set(key(), Behaviour(exit_at=ExitAt.STOP_TIMEOUT))
    stage.running(desired=4, deploymentConfiguration={"minimumHealthyPercent": 100, "maximumPercent": 150})
    stage.drought(capacity=2)

    stage.roll(capacityProviderStrategy=[{"capacityProvider": "FARGATE", "weight": 1}])
    stage.advance(2)

    assert stage.service()["pendingCount"] == 4


def test_the_notice_repeats_its_reason_in_every_later_state(stage: Stage) -> None:
    stage.running(desired=1)

    [arn] = interrupt(stage, 1)
    stage.advance(200)

    assert stage.statuses(arn)[-4:] == [
        "RUNNING/STOPPED",
        "STOPPING/STOPPED",
        "DEPROVISIONING/STOPPED",
        "STOPPED/STOPPED",
    ]
    told = [
        event["detail"] for event in stage.of_type("ECS Task State Change") if event["resources"] == [arn]
    ]
    assert {(one["stopCode"], one["stoppedReason"]) for one in told[-4:]} == {
        ("SpotInterruption", "Your Spot Task was interrupted.")
    }
    assert [one["version"] for one in told] == sorted({one["version"] for one in told})


def test_behind_a_load_balancer_the_notice_says_deactivating_and_the_task_serves_no_more(
    stage: Stage,
) -> None:
    stage.world.behaviours.set(key(), Behaviour(exit_at=ExitAt.STOP_TIMEOUT))
    stage.running(desired=1, loadBalancers=TARGET_GROUP)

    [arn] = interrupt(stage, 1)

    assert stage.statuses(arn)[-1] == "DEACTIVATING/STOPPED"
    assert stage.last().serving == 0


def test_the_scheduler_starts_a_replacement_from_the_notice_on(stage: Stage) -> None:
    stage.running(desired=3)

    interrupt(stage, 2)
    stage.advance(2)

    assert len(stage.tasks()) == 3
    stage.advance(200)
    assert stage.counts() == (3, 0)


def test_capacity_that_falls_interrupts_as_many_as_no_longer_fit(stage: Stage) -> None:
    stage.running(desired=10)

    stage.drought(capacity=4)

    notices = [
        event for event in stage.of_type("ECS Task State Change", "RUNNING") if "stopCode" in event["detail"]
    ]
    assert len(notices) == 6
    assert len({event["resources"][0] for event in notices}) == 6


def test_capacity_is_shared_by_all_accounts_unless_an_account_is_named(stage: Stage) -> None:
    other = "222222222222"
    stage.world.register_cluster(other, REGION, CLUSTER)
    stage.world.register_task_definition(other, REGION, "web:1")
    stage.running(desired=4)
    api = stage.world.api(other, REGION)
    request = {"cluster": CLUSTER, "serviceName": "web", "taskDefinition": "web:1", "desiredCount": 4}
    api.create_service(
        request | {"capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]}
    )
    stage.advance(300)
    stage.events.clear()

    stage.world.weather.set(other, REGION, capacity=1)
    assert {event["account"] for event in stage.events} == {other}
    stage.world.weather.set(None, REGION, capacity=2)

    assert (
        len([event for event in stage.events if event["account"] == ACCOUNT])
        + len([event for event in stage.events if event["account"] == other])
        == 3 + 3
    )


def test_another_region_does_not_notice_a_drought(stage: Stage) -> None:
    stage.running(desired=2)

    stage.world.weather.set(None, "eu-central-1", capacity=0)
    stage.advance(60)

    assert stage.counts() == (2, 0)


def test_on_demand_tasks_are_never_interrupted(stage: Stage) -> None:
    stage.running(desired=4, capacityProviderStrategy=[{"capacityProvider": "FARGATE", "weight": 1}])

    stage.drought()
    stage.advance(300)

    assert stage.counts() == (4, 0)
    assert interrupt(stage, 4) == []


def test_tasks_that_only_start_when_capacity_falls_fail_to_start(stage: Stage) -> None:
    stage.create(desired=3)
    stage.advance(20)

    stage.drought()
    stage.advance(30)

    reasons = {
        (event["detail"]["stopCode"], event["detail"]["stoppedReason"])
        for event in stage.of_type("ECS Task State Change", "DEPROVISIONING")
    }
    assert {code for code, _ in reasons} == {"TaskFailedToStart"}
    assert all(reason.startswith("Capacity is unavailable at this time") for _, reason in reasons)


def test_interrupting_a_service_that_does_not_exist_says_which(stage: Stage) -> None:
    with pytest.raises(LookupError, match="service nobody in cluster main"):
        interrupt(stage, 1, name="nobody")


def test_a_change_of_weather_can_be_planned(stage: Stage) -> None:
    stage.running(desired=2)
    later = stage.world.now.replace(hour=12)

    stage.world.weather.set(None, REGION, capacity=0, at=later)
    stage.advance(600)
    assert stage.counts() == (2, 0)
    stage.world.advance(to=later)

    assert stage.world.weather.capacity(None, REGION) == 0
    assert not [task for task in stage.tasks() if task["lastStatus"] == "RUNNING"]
