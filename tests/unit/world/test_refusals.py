"""What AWS refuses is refused here, with AWS's error codes."""

from typing import Any

import pytest

from simulator.world import EcsError
from tests.unit.world.stage import ACCOUNT, CLUSTER, ON_DEMAND, REGION, SPOT, Stage

FORCED = {"forceNewDeployment": True}
CALM_STRATEGY = [{"capacityProvider": "FARGATE", "weight": 1}]


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"capacityProviderStrategy": ON_DEMAND}, "you must force a new deployment"),
        ({"capacityProviderStrategy": []}, "you must force a new deployment"),
        (
            FORCED | {"capacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 0}]},
            "weight above 0",
        ),
        (
            FORCED
            | {
                "capacityProviderStrategy": [
                    {"capacityProvider": "FARGATE", "weight": 1, "base": 1},
                    {"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 1},
                ]
            },
            "Only one capacity provider",
        ),
        (
            FORCED | {"capacityProviderStrategy": [{"capacityProvider": "mine", "weight": 1}]},
            "not associated with",
        ),
        (FORCED | {"capacityProviderStrategy": CALM_STRATEGY * 2}, "duplicate"),
        (FORCED | {"capacityProviderStrategy": "FARGATE"}, "must be a list"),
        (
            FORCED | {"capacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1001}]},
            "between 0 and 1000",
        ),
        ({"desiredCount": -1}, "at least 0"),
        ({"deploymentConfiguration": {"minimumHealthyPercent": 100, "maximumPercent": 50}}, "not above"),
    ],
)
def test_updates_that_are_refused(stage: Stage, request_: dict[str, Any], message: str) -> None:
    stage.running()
    before = stage.service()

    with pytest.raises(EcsError, match=message) as refused:
        stage.update(**request_)

    assert refused.value.code == "InvalidParameterException"
    assert stage.service() == before


def test_a_service_with_a_launch_type_needs_force_for_its_first_strategy(stage: Stage) -> None:
    stage.running(launchType="FARGATE")

    with pytest.raises(EcsError, match="you must force a new deployment"):
        stage.update(capacityProviderStrategy=SPOT)
    stage.roll(capacityProviderStrategy=SPOT)

    assert "launchType" not in stage.service()


def test_a_provider_that_left_the_cluster_is_refused(stage: Stage) -> None:
    stage.running()
    stage.world.register_cluster(ACCOUNT, REGION, CLUSTER, capacity_providers=["FARGATE_SPOT"])

    with pytest.raises(EcsError, match="not associated with the cluster"):
        stage.roll(capacityProviderStrategy=ON_DEMAND)


@pytest.mark.parametrize("controller", ["CODE_DEPLOY", "EXTERNAL"])
@pytest.mark.parametrize(
    "request_", [{"capacityProviderStrategy": ON_DEMAND}, FORCED, {"taskDefinition": "web:2"}]
)
def test_other_deployment_controllers_refuse_rollouts(
    stage: Stage, controller: str, request_: dict[str, Any]
) -> None:
    stage.create(deploymentController={"type": controller})

    with pytest.raises(EcsError, match=f"{controller} deployment controller") as refused:
        stage.update(**request_)

    assert refused.value.code == "InvalidParameterException"


@pytest.mark.parametrize("controller", ["CODE_DEPLOY", "EXTERNAL"])
def test_other_deployment_controllers_take_a_desired_count(stage: Stage, controller: str) -> None:
    stage.create(deploymentController={"type": controller})

    stage.update(desiredCount=7)

    service = stage.service()
    assert service["desiredCount"] == 7
    assert service["deployments"] == []


def test_a_code_deploy_service_shows_task_sets(stage: Stage) -> None:
    stage.create(desired=2, deploymentController={"type": "CODE_DEPLOY"})
    stage.advance(200)

    [task_set] = stage.service()["taskSets"]

    assert (task_set["status"], task_set["runningCount"], task_set["stabilityStatus"]) == (
        "PRIMARY",
        2,
        "STEADY_STATE",
    )
    assert stage.of_type("ECS Deployment State Change") == []


@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        (
            {"launchType": "FARGATE", "capacityProviderStrategy": SPOT},
            "InvalidParameterException",
            "Specifying both",
        ),
        ({"serviceName": ""}, "InvalidParameterException", "cannot be blank"),
        ({"schedulingStrategy": "DAEMON"}, "InvalidParameterException", "DAEMON"),
        ({"desiredCount": None}, "InvalidParameterException", "desiredCount"),
        ({"taskDefinition": "unknown:1"}, "ClientException", "TaskDefinition not found"),
        ({"cluster": "nowhere"}, "ClusterNotFoundException", "Cluster not found"),
        ({"serviceName": "taken"}, "InvalidParameterException", "not idempotent"),
    ],
)
def test_services_that_cannot_be_created(
    stage: Stage, request_: dict[str, Any], code: str, message: str
) -> None:
    stage.create("taken")
    request = {"cluster": CLUSTER, "serviceName": "new", "taskDefinition": "web:1", "desiredCount": 1}

    with pytest.raises(EcsError, match=message) as refused:
        stage.api.create_service(request | request_)

    assert refused.value.code == code


@pytest.mark.parametrize(
    "operation", ["DescribeServices", "UpdateService", "ListTasks", "ListServices", "StopTask"]
)
def test_an_unknown_cluster_is_not_found(stage: Stage, operation: str) -> None:
    with pytest.raises(EcsError) as refused:
        stage.api.call(operation, {"cluster": "nowhere", "services": ["web"], "service": "web"})

    assert refused.value.code == "ClusterNotFoundException"


def test_an_unknown_service_is_not_found(stage: Stage) -> None:
    with pytest.raises(EcsError) as refused:
        stage.update("nobody", desiredCount=1)

    assert refused.value.code == "ServiceNotFoundException"


def test_a_service_that_was_deleted_is_not_active_but_can_be_described(stage: Stage) -> None:
    stage.running(desired=2)

    stage.api.delete_service({"cluster": CLUSTER, "service": "web", "force": True})
    assert stage.service()["status"] == "DRAINING"
    stage.advance(200)

    service = stage.service()
    assert (service["status"], service["runningCount"], service["deployments"]) == ("INACTIVE", 0, [])
    with pytest.raises(EcsError) as refused:
        stage.update(desiredCount=1)
    assert refused.value.code == "ServiceNotActiveException"


def test_a_service_above_zero_is_deleted_by_force_only(stage: Stage) -> None:
    stage.create(desired=1)

    with pytest.raises(EcsError, match="scaled above 0"):
        stage.api.delete_service({"cluster": CLUSTER, "service": "web"})


def test_a_name_is_free_again_once_its_service_is_inactive(stage: Stage) -> None:
    stage.running(desired=1)
    first = stage.service()["createdAt"]
    stage.api.delete_service({"cluster": CLUSTER, "service": "web", "force": True})
    with pytest.raises(EcsError, match="still Draining"):
        stage.create()
    stage.advance(200)

    stage.create(desired=2)

    assert stage.service()["createdAt"] > first
    assert stage.service()["status"] == "ACTIVE"


def test_more_than_ten_services_at_once_are_refused(stage: Stage) -> None:
    with pytest.raises(EcsError, match="more than 10") as refused:
        stage.api.describe_services({"cluster": CLUSTER, "services": [f"web-{index}" for index in range(11)]})

    assert refused.value.code == "InvalidParameterException"


def test_an_operation_that_the_world_does_not_have_is_named(stage: Stage) -> None:
    with pytest.raises(EcsError, match="CreateTaskSet"):
        stage.api.call("CreateTaskSet", {})
