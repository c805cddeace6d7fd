"""Services that are not rolled out by ECS's own rolling update, and services that go and come back."""

from typing import Any

import pytest

from simulator.world import EcsError
from tests.unit.world.stage import ACCOUNT, CLUSTER, ON_DEMAND, REGION, TARGET_GROUP, Stage, key

BLUE_GREEN = {"strategy": "BLUE_GREEN", "minimumHealthyPercent": 100, "maximumPercent": 200}


def controlled(stage: Stage, controller: str, **request: Any) -> None:
    stage.create(deploymentController={"type": controller}, **request)
    stage.advance(300)


def test_code_deploys_tasks_are_in_task_sets_and_its_deployments_are_empty(stage: Stage) -> None:
    controlled(stage, "CODE_DEPLOY", desired=3)

    service = stage.service()

    assert service["deployments"] == []
    assert (service["desiredCount"], service["runningCount"], service["pendingCount"]) == (3, 3, 0)
    [task_set] = service["taskSets"]
    assert task_set["status"] == "PRIMARY"
    assert (task_set["computedDesiredCount"], task_set["runningCount"]) == (3, 3)
    assert task_set["capacityProviderStrategy"] == [
        {"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0}
    ]
    assert len(stage.tasks()) == 3


def test_code_deploys_service_takes_a_desired_count_and_meets_droughts_like_any_other(stage: Stage) -> None:
    controlled(stage, "CODE_DEPLOY", desired=3)

    stage.update(desiredCount=5)
    stage.until(lambda: stage.counts() == (5, 0))
    stage.drought()
    stage.advance(600)

    assert stage.counts()[0] == 0
    assert stage.placement_failures()
    stage.update(desiredCount=0)
    stage.advance(60)
    assert stage.service()["desiredCount"] == 0


@pytest.mark.parametrize("controller", ["CODE_DEPLOY", "EXTERNAL"])
def test_another_controller_takes_no_strategy_and_sends_no_deployment_events(
    stage: Stage, controller: str
) -> None:
    controlled(stage, controller, desired=1)

    with pytest.raises(EcsError, match="InvalidParameterException"):
        stage.roll(capacityProviderStrategy=ON_DEMAND)
    assert stage.service()["deploymentController"] == {"type": controller}
    assert stage.of_type("ECS Deployment State Change") == []


def test_an_external_service_takes_a_desired_count_and_runs_nothing_without_a_task_set(stage: Stage) -> None:
    controlled(stage, "EXTERNAL", desired=2)
    stage.update(desiredCount=4)
    stage.advance(300)

    assert stage.service()["desiredCount"] == 4
    assert stage.counts() == (0, 0)


def test_a_blue_green_deployment_keeps_all_of_blue_until_all_of_green_is_healthy(stage: Stage) -> None:
    stage.running(desired=4, deploymentConfiguration=BLUE_GREEN, loadBalancers=TARGET_GROUP)
    assert stage.service()["deploymentConfiguration"]["strategy"] == "BLUE_GREEN"
    blue = {task["taskArn"] for task in stage.tasks()}
    told = len(stage.world.log)

    stage.roll(taskDefinition="web:2")
    stage.until(lambda: not blue & {task["taskArn"] for task in stage.tasks()})

    samples = stage.world.log.since(told)
    assert max(sample.serving for sample in samples) == 8
    assert min(sample.serving for sample in samples) >= 4


def test_a_blue_green_service_takes_a_desired_count_without_a_deployment(stage: Stage) -> None:
    stage.running(desired=4, deploymentConfiguration=BLUE_GREEN, loadBalancers=TARGET_GROUP)

    stage.update(desiredCount=6)
    stage.until(lambda: stage.counts() == (6, 0))
    stage.update(desiredCount=0)
    stage.until(lambda: stage.counts() == (0, 0))

    assert len(stage.service()["deployments"]) == 1


def test_a_recreated_service_starts_clean(stage: Stage) -> None:
    stage.running(desired=2)
    first = stage.service()
    stage.api.delete_service({"cluster": CLUSTER, "service": "web", "force": True})
    with pytest.raises(EcsError, match="still Draining"):
        stage.create()
    stage.until(lambda: stage.service()["status"] == "INACTIVE")
    assert stage.last().desired == 0

    stage.running(desired=3)

    second = stage.service()
    assert second["createdAt"] > first["createdAt"]
    assert second["deployments"][0]["id"] != first["deployments"][0]["id"]
    assert second["serviceArn"] == first["serviceArn"]
    assert stage.counts() == (3, 0)
    assert not any("has stopped" in message for message in stage.messages())


def test_a_deleted_service_is_no_longer_scaled_and_its_successor_is(stage: Stage) -> None:
    stage.running(desired=2)
    scaling = stage.world.scaling(ACCOUNT, REGION)
    scaling.call(
        "RegisterScalableTarget",
        {
            "ServiceNamespace": "ecs",
            "ResourceId": f"service/{CLUSTER}/web",
            "ScalableDimension": "ecs:service:DesiredCount",
            "MinCapacity": 1,
            "MaxCapacity": 9,
        },
    )
    scaling.demand(key(), 4)
    stage.api.delete_service({"cluster": CLUSTER, "service": "web", "force": True})
    stage.advance(600)
    assert stage.service()["desiredCount"] == 0

    stage.running(desired=2)
    stage.advance(120)

    assert stage.service()["desiredCount"] == 4


def test_a_deleted_services_last_tasks_are_told_and_then_nothing_more(stage: Stage) -> None:
    stage.running(desired=2)
    stage.api.delete_service({"cluster": CLUSTER, "service": "web", "force": True})
    stage.advance(600)
    told = len(stage.events)

    stage.drought()
    stage.advance(24 * 3600)

    assert len(stage.events) == told
    assert len(stage.of_type("ECS Task State Change", "STOPPED")) == 2
