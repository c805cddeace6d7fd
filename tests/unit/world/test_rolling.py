"""Rolling deployments: what may stop and start at each pair of percentages."""

from typing import Any

import pytest

from simulator.world import Behaviour, ExitAt
from simulator.world.rolling import Rollout, Steps, next_steps
from tests.unit.world.stage import CLUSTER, ON_DEMAND, SPOT, TARGET_GROUP, Stage, key


def rollout(**values: Any) -> Rollout:
    defaults = {
        "desired": 4,
        "minimum_healthy_percent": 100,
        "maximum_percent": 200,
        "new_running": 0,
        "new_starting": 0,
        "old_running": 0,
        "old_starting": 0,
        "stopping": 0,
    }
    given = defaults | values
    healthy = {"healthy": given["new_running"] + given["old_running"], "new_healthy": given["new_running"]}
    return Rollout(**(healthy | given))


@pytest.mark.parametrize(
    ("case", "values", "steps"),
    [
        ("nothing to do", {"new_running": 4}, Steps()),
        ("scale out", {"new_running": 1}, Steps(start_new=3)),
        ("scale in", {"new_running": 6}, Steps(stop_new=2)),
        ("100/200 starts all and stops none", {"old_running": 4}, Steps(start_new=4)),
        (
            "100/200 stops as many as are too many",
            {"old_running": 4, "new_running": 3, "new_starting": 1},
            Steps(stop_old_running=3),
        ),
        ("100/150 starts half", {"maximum_percent": 150, "old_running": 4}, Steps(start_new=2)),
        (
            "100/150 goes on when old ones left",
            {"maximum_percent": 150, "old_running": 2, "new_running": 2},
            Steps(start_new=2),
        ),
        (
            "100/150 waits while one is still stopping",
            {"maximum_percent": 150, "old_running": 2, "new_running": 2, "stopping": 2},
            Steps(),
        ),
        (
            "50/100 stops first",
            {"minimum_healthy_percent": 50, "maximum_percent": 100, "old_running": 4},
            Steps(stop_old_running=2),
        ),
        (
            "50/100 starts in their place",
            {"minimum_healthy_percent": 50, "maximum_percent": 100, "old_running": 2},
            Steps(start_new=2),
        ),
        (
            "50/200 does both at once",
            {"minimum_healthy_percent": 50, "old_running": 4},
            Steps(stop_old_running=2, start_new=4),
        ),
        (
            "0/100 stops all",
            {"minimum_healthy_percent": 0, "maximum_percent": 100, "old_running": 4},
            Steps(stop_old_running=4),
        ),
        ("100/100 is stuck", {"maximum_percent": 100, "old_running": 4}, Steps()),
        (
            "100/100 moves where an old task was lost",
            {"maximum_percent": 100, "old_running": 3},
            Steps(start_new=1),
        ),
        (
            "one task at 50/150 rounds to stuck",
            {"desired": 1, "minimum_healthy_percent": 50, "maximum_percent": 150, "old_running": 1},
            Steps(),
        ),
        (
            "old tasks that only start go first",
            {"old_running": 2, "old_starting": 2},
            Steps(start_new=4, stop_old_starting=2),
        ),
        (
            "too few healthy ones keep every old task",
            {"old_running": 2, "new_running": 1, "new_starting": 3},
            Steps(),
        ),
        (
            "a new task that is not healthy yet lets no old one go",
            {"old_running": 4, "new_running": 4, "healthy": 5, "new_healthy": 1},
            Steps(stop_old_running=1),
        ),
        (
            "an old task that never gets healthy goes when all new ones are",
            {"old_running": 2, "new_running": 4, "healthy": 4, "new_healthy": 4},
            Steps(stop_old_running=2),
        ),
    ],
)
def test_what_the_scheduler_may_do_next(case: str, values: dict[str, int], steps: Steps) -> None:
    assert next_steps(rollout(**values)) == steps, case


def test_a_failed_deployment_starts_nothing_and_keeps_the_old_tasks() -> None:
    assert next_steps(rollout(old_running=4, new_starting=1), may_start=False) == Steps()
    assert next_steps(rollout(old_running=3, new_running=3), may_start=False) == Steps(stop_old_running=2)


def lowest_serving(stage: Stage, since: int) -> int:
    return min(sample.serving for sample in stage.world.log.since(since))


@pytest.mark.parametrize(
    ("minimum", "maximum", "lowest"),
    [(100, 200, 4), (100, 150, 4), (50, 200, 2), (50, 100, 2), (0, 100, 0)],
)
def test_a_rollout_completes_and_never_goes_below_its_minimum(
    stage: Stage, minimum: int, maximum: int, lowest: int
) -> None:
    configuration = {"minimumHealthyPercent": minimum, "maximumPercent": maximum}
    stage.running(desired=4, deploymentConfiguration=configuration)
    mark = len(stage.world.log)
    before = stage.service()["deployments"][0]["id"]

    stage.roll()
    stage.until(lambda: stage.service()["deployments"][0]["rolloutState"] == "COMPLETED", within=1800)

    [deployment] = stage.service()["deployments"]
    assert deployment["id"] != before
    assert lowest_serving(stage, mark) == lowest


def test_a_rollout_at_100_and_100_cannot_progress(stage: Stage) -> None:
    stage.running(deploymentConfiguration={"minimumHealthyPercent": 100, "maximumPercent": 100})

    stage.roll()
    stage.advance(24 * 3600)

    primary, active = stage.service()["deployments"]
    assert (primary["status"], primary["rolloutState"], primary["runningCount"]) == (
        "PRIMARY",
        "IN_PROGRESS",
        0,
    )
    assert (active["status"], active["rolloutState"], active["runningCount"]) == ("ACTIVE", "COMPLETED", 4)


def test_wider_percentages_in_the_same_call_let_it_progress(stage: Stage) -> None:
    stage.running(deploymentConfiguration={"minimumHealthyPercent": 100, "maximumPercent": 100})

    stage.roll(
        capacityProviderStrategy=ON_DEMAND,
        deploymentConfiguration={"minimumHealthyPercent": 100, "maximumPercent": 200},
    )
    stage.advance(300)

    assert stage.counts() == (4, 0)
    assert len(stage.service()["deployments"]) == 1


def test_new_percentages_and_counts_start_no_deployment(stage: Stage) -> None:
    stage.running()
    before = stage.service()["deployments"][0]["id"]

    stage.update(deploymentConfiguration={"minimumHealthyPercent": 50, "maximumPercent": 150})
    stage.update(desiredCount=6)
    stage.update(healthCheckGracePeriodSeconds=30)
    stage.update(capacityProviderStrategy=SPOT)
    stage.update(taskDefinition="web:1")

    service = stage.service()
    assert [deployment["id"] for deployment in service["deployments"]] == [before]
    assert service["deploymentConfiguration"]["maximumPercent"] == 150
    assert service["deploymentConfiguration"]["deploymentCircuitBreaker"] == {
        "enable": False,
        "rollback": False,
    }


@pytest.mark.parametrize(
    "change",
    [
        {"forceNewDeployment": True},
        {"taskDefinition": "web:2"},
        {"platformVersion": "1.4.0"},
        {"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}},
        {"loadBalancers": TARGET_GROUP},
    ],
)
def test_what_is_rolled_out_anew(stage: Stage, change: dict[str, Any]) -> None:
    stage.running()
    before = stage.service()["deployments"][0]["id"]

    stage.update(**change)

    new, old = stage.service()["deployments"]
    assert (new["status"], old["status"], old["id"]) == ("PRIMARY", "ACTIVE", before)
    assert new["id"].startswith("ecs-svc/")
    assert len(new["id"]) == len("ecs-svc/") + 19


def test_each_deployment_shows_its_own_strategy(stage: Stage) -> None:
    stage.running()

    stage.roll(capacityProviderStrategy=ON_DEMAND)

    new, old = stage.service()["deployments"]
    assert [item["weight"] for item in new["capacityProviderStrategy"]] == [0, 10]
    assert [item["capacityProvider"] for item in old["capacityProviderStrategy"]] == ["FARGATE_SPOT"]
    assert stage.service()["capacityProviderStrategy"] == new["capacityProviderStrategy"]


def test_an_empty_strategy_goes_back_to_the_launch_type(stage: Stage) -> None:
    stage.running()

    stage.roll(capacityProviderStrategy=[])
    stage.advance(300)

    service = stage.service()
    assert service["launchType"] == "FARGATE"
    assert "capacityProviderStrategy" not in service
    assert not any("capacityProviderName" in task for task in stage.tasks())


def test_a_rollout_starved_by_spot_keeps_the_old_tasks(stage: Stage) -> None:
    stage.world.weather.set_stuck_share(0)
    stage.running(desired=4, capacityProviderStrategy=ON_DEMAND)
    stage.drought()

    stage.roll(capacityProviderStrategy=SPOT)
    stage.advance(3600)

    assert stage.counts() == (4, 0)
    primary, active = stage.service()["deployments"]
    assert (primary["runningCount"], active["runningCount"]) == (0, 4)


def test_a_newer_rollout_overtakes_one_that_is_under_way(stage: Stage) -> None:
    stage.running(desired=4)
    stage.roll()
    stage.advance(30)

    stage.roll(taskDefinition="web:2")
    stage.advance(5)

    statuses = [deployment["status"] for deployment in stage.service()["deployments"]]
    assert statuses == ["PRIMARY", "ACTIVE", "ACTIVE"]
    stage.advance(400)
    [deployment] = stage.service()["deployments"]
    assert deployment["taskDefinition"].endswith("web:2")
    assert stage.counts() == (4, 0)


def test_old_tasks_behind_a_load_balancer_are_drained_before_sigterm(stage: Stage) -> None:
    stage.world.behaviours.set(key(), Behaviour(exit_at=ExitAt.SIGTERM, deregistration_delay=100))
    stage.running(desired=1, loadBalancers=TARGET_GROUP)
    [old] = stage.tasks()

    stage.roll()
    stage.advance(500)

    assert stage.statuses(old["taskArn"])[-4:] == [
        "DEACTIVATING/STOPPED",
        "STOPPING/STOPPED",
        "DEPROVISIONING/STOPPED",
        "STOPPED/STOPPED",
    ]
    [task] = stage.api.describe_tasks({"cluster": CLUSTER, "tasks": [old["taskArn"]]})["tasks"]
    assert 105 <= (task["executionStoppedAt"] - task["stoppingAt"]).total_seconds() <= 130


def test_a_deployment_tells_when_it_begins_and_when_it_completes(stage: Stage) -> None:
    stage.running()
    [deployment] = stage.service()["deployments"]

    told = stage.of_type("ECS Deployment State Change")

    assert [event["detail"]["eventName"] for event in told] == [
        "SERVICE_DEPLOYMENT_IN_PROGRESS",
        "SERVICE_DEPLOYMENT_COMPLETED",
    ]
    assert {event["detail"]["deploymentId"] for event in told} == {deployment["id"]}
    assert f"(service web) (deployment {deployment['id']}) deployment completed." in stage.messages()
