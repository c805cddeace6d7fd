"""Health as load balancers and containers tell it, and what ECS and users make of it."""

from typing import Any

import pytest

from simulator.world import Behaviour, EcsError, ExitAt
from tests.unit.world.stage import ACCOUNT, CLUSTER, ON_DEMAND, REGION, TARGET_GROUP, Stage, key

GROUP = str(TARGET_GROUP[0]["targetGroupArn"])


def states(stage: Stage) -> list[str]:
    answer = stage.api.describe_target_health({"TargetGroupArn": GROUP})
    return [target["TargetHealth"]["State"] for target in answer["TargetHealthDescriptions"]]


def until_running(stage: Stage, count: int) -> None:
    stage.until(lambda: stage.counts()[0] == count)


def test_a_target_is_registered_before_it_runs_and_healthy_some_seconds_after(stage: Stage) -> None:
    stage.world.behaviours.set(key(), Behaviour(health_seconds=40))
    stage.create(desired=1, loadBalancers=TARGET_GROUP)

    assert states(stage) == []
    stage.until(lambda: [task["lastStatus"] for task in stage.tasks()] == ["ACTIVATING"])
    assert states(stage) == ["initial"]
    until_running(stage, 1)
    assert states(stage) == ["initial"]
    stage.advance(39)
    assert states(stage) == ["initial"]
    stage.advance(1)
    assert states(stage) == ["healthy"]


def test_behind_a_load_balancer_serving_begins_with_healthy(stage: Stage) -> None:
    stage.create(desired=3, loadBalancers=TARGET_GROUP)
    until_running(stage, 3)
    samples = [sample.serving for sample in stage.world.log if sample.spot_running == 3]

    assert samples[-1] < 3
    stage.advance(15)
    assert stage.last().serving == 3


def test_a_target_is_known_by_its_tasks_address_and_its_containers_port(stage: Stage) -> None:
    stage.running(desired=1, loadBalancers=TARGET_GROUP)

    [described] = stage.api.describe_target_health({"TargetGroupArn": GROUP})["TargetHealthDescriptions"]
    [task] = stage.tasks()
    details = {detail["name"]: detail["value"] for detail in task["attachments"][0]["details"]}

    assert described["Target"] == {
        "Id": details["privateIPv4Address"],
        "Port": 8080,
        "AvailabilityZone": task["availabilityZone"],
    }
    assert described["TargetHealth"] == {"State": "healthy"}


def test_a_target_drains_when_its_task_leaves_and_is_then_gone(stage: Stage) -> None:
    stage.world.behaviours.set(key(), Behaviour(exit_at=ExitAt.SIGTERM, deregistration_delay=60))
    stage.running(desired=2, loadBalancers=TARGET_GROUP)

    stage.update(desiredCount=1)
    stage.advance(2)

    assert sorted(states(stage)) == ["draining", "healthy"]
    stage.advance(60)
    assert states(stage) == ["healthy"]


def test_a_noticed_task_drains_at_once(stage: Stage) -> None:
    stage.running(desired=2, loadBalancers=TARGET_GROUP)

    stage.world.weather.interrupt(ACCOUNT, REGION, CLUSTER, "web", 1)

    assert sorted(states(stage)) == ["draining", "healthy"]
    assert stage.last().serving == 1


def test_two_services_may_share_a_target_group(stage: Stage) -> None:
    stage.running("web", desired=2, loadBalancers=TARGET_GROUP)
    stage.running("twin", desired=3, loadBalancers=TARGET_GROUP, capacityProviderStrategy=ON_DEMAND)

    assert states(stage) == ["healthy"] * 5


def test_a_target_that_nobody_registered_is_unused_and_a_group_that_nobody_names_unknown(
    stage: Stage,
) -> None:
    stage.running(desired=1, loadBalancers=TARGET_GROUP)

    answer = stage.api.describe_target_health(
        {"TargetGroupArn": GROUP, "Targets": [{"Id": "192.0.2.1", "Port": 8080}]}
    )

    assert [target["TargetHealth"]["State"] for target in answer["TargetHealthDescriptions"]] == ["unused"]
    with pytest.raises(EcsError, match="TargetGroupNotFound"):
        stage.api.describe_target_health({"TargetGroupArn": f"{GROUP}0"})


def test_a_throttled_load_balancer_says_so_in_its_own_words(stage: Stage) -> None:
    stage.world.faults.throttle("DescribeTargetHealth", 1)
    stage.running(desired=1, loadBalancers=TARGET_GROUP)

    with pytest.raises(EcsError, match="Throttling"):
        states(stage)
    assert states(stage) == ["healthy"]


def with_a_health_check(stage: Stage, **request: Any) -> None:
    stage.world.register_task_definition(ACCOUNT, REGION, "checked:1", health_check=True)
    stage.create(taskDefinition="checked:1", **request)


def test_a_container_with_a_health_check_is_unknown_then_healthy(stage: Stage) -> None:
    with_a_health_check(stage, desired=1)
    until_running(stage, 1)

    assert [task["healthStatus"] for task in stage.tasks()] == ["UNKNOWN"]
    assert stage.last().serving == 1  # it works from RUNNING on: nobody waits for its health
    stage.advance(15)
    [task] = stage.tasks()
    assert (task["healthStatus"], task["containers"][0]["healthStatus"]) == ("HEALTHY", "HEALTHY")


def test_a_container_without_a_health_check_stays_unknown_and_its_events_do_not_speak_of_health(
    stage: Stage,
) -> None:
    stage.running(desired=1)
    stage.advance(600)

    assert [task["healthStatus"] for task in stage.tasks()] == ["UNKNOWN"]
    assert all("healthStatus" not in event["detail"] for event in stage.of_type("ECS Task State Change"))


def test_a_task_that_fails_its_health_checks_is_replaced_after_the_grace_period(stage: Stage) -> None:
    stage.world.behaviours.set(key(), Behaviour(health_fails=True, deregistration_delay=0))
    stage.create(desired=1, loadBalancers=TARGET_GROUP, healthCheckGracePeriodSeconds=60)
    until_running(stage, 1)
    [first] = stage.tasks()
    stage.advance(59)
    assert states(stage) == ["unhealthy"]
    stage.advance(4)

    [stopped] = stage.of_type("ECS Task State Change", "DEACTIVATING")

    assert stopped["detail"]["taskArn"] == first["taskArn"]
    assert stopped["detail"]["stoppedReason"] == f"Task failed ELB health checks in (target-group {GROUP})"
    assert stage.tasks()[0]["taskArn"] != first["taskArn"]
    assert stage.service()["deployments"][0]["failedTasks"] == 1


def test_a_failing_container_health_check_is_told_as_such(stage: Stage) -> None:
    stage.world.behaviours.set(key(), Behaviour(health_fails=True))
    with_a_health_check(stage, desired=1, healthCheckGracePeriodSeconds=30)
    until_running(stage, 1)
    stage.advance(20)

    assert [task["healthStatus"] for task in stage.tasks()] == ["UNHEALTHY"]
    stage.advance(15)
    reasons = {event["detail"].get("stoppedReason") for event in stage.of_type("ECS Task State Change")}
    assert "Task failed container health checks" in reasons


@pytest.mark.parametrize(("request_", "seconds"), [({}, 40), ({"loadBalancers": TARGET_GROUP}, 90)])
def test_a_rollout_stops_old_tasks_only_when_new_ones_count_as_healthy(
    stage: Stage, request_: dict[str, Any], seconds: float
) -> None:
    stage.world.behaviours.set(key(), Behaviour(exit_at=ExitAt.SIGTERM, health_seconds=90))
    stage.running(desired=1, **request_)
    stage.advance(60)
    [old] = stage.tasks()

    stage.roll()
    stage.until(lambda: stage.counts()[0] == 2)
    stage.advance(seconds - 1)

    assert old["taskArn"] in {task["taskArn"] for task in stage.tasks()}
    stage.advance(3)
    assert old["taskArn"] not in {task["taskArn"] for task in stage.tasks()}


def test_a_deployment_behind_a_load_balancer_completes_when_its_tasks_are_healthy(stage: Stage) -> None:
    stage.world.behaviours.set(key(), Behaviour(health_seconds=120))
    stage.create(desired=1, loadBalancers=TARGET_GROUP)
    until_running(stage, 1)
    stage.advance(119)
    assert stage.service()["deployments"][0]["rolloutState"] == "IN_PROGRESS"

    stage.advance(3)

    assert stage.service()["deployments"][0]["rolloutState"] == "COMPLETED"
