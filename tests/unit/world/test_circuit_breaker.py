"""The deployment circuit breaker: what it counts, when it fails a deployment, what a rollback brings back."""

from typing import Any

import pytest

from simulator.world import Behaviour, Latencies
from simulator.world.deployments import breaker_threshold
from tests.unit.world.stage import ON_DEMAND, SPOT, Stage, key

BREAKER = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
NO_ROLLBACK = {"deploymentCircuitBreaker": {"enable": True, "rollback": False}}


@pytest.mark.parametrize(
    ("desired", "threshold"), [(0, 3), (1, 3), (6, 3), (7, 4), (25, 13), (400, 200), (800, 200)]
)
def test_the_threshold_is_half_the_desired_count_within_limits(desired: int, threshold: int) -> None:
    assert breaker_threshold(desired) == threshold


def primary(stage: Stage) -> dict[str, Any]:
    deployment: dict[str, Any] = stage.service()["deployments"][0]
    return deployment


def failures(stage: Stage) -> int:
    return len(stage.of_type("ECS Deployment State Change", "SERVICE_DEPLOYMENT_FAILED"))


def test_tasks_that_fail_to_start_fail_the_deployment_and_bring_the_old_revision_back(stage: Stage) -> None:
    stage.running(desired=2, deploymentConfiguration=BREAKER)
    completed = primary(stage)["id"]
    stage.world.behaviours.set(key(), Behaviour(start_fails=True))

    stage.update(taskDefinition="web:2")
    failing = primary(stage)["id"]
    stage.until(lambda: primary(stage)["id"] != failing)

    rollback, failed = stage.service()["deployments"][:2]
    assert rollback["id"] not in (completed, failing)
    assert rollback["taskDefinition"].endswith("web:1")
    assert rollback["rolloutState"] == "IN_PROGRESS"
    assert rollback["rolloutStateReason"] == (
        f"ECS deployment circuit breaker: rolling back to deploymentId {completed}."
    )
    assert (failed["id"], failed["status"], failed["rolloutState"]) == (failing, "ACTIVE", "FAILED")
    assert failed["failedTasks"] == 3
    assert failed["rolloutStateReason"] == "ECS deployment circuit breaker: tasks failed to start."
    stage.world.behaviours.set(key(), Behaviour())
    stage.advance(600)
    assert primary(stage)["rolloutState"] == "COMPLETED"
    assert stage.counts() == (2, 0)


def test_a_rollback_takes_the_strategy_back_with_it(stage: Stage) -> None:
    stage.world.weather.set_stuck_share(0)
    stage.running(desired=2, capacityProviderStrategy=ON_DEMAND, deploymentConfiguration=BREAKER)
    stage.drought()

    stage.roll(capacityProviderStrategy=SPOT)
    stage.until(lambda: failures(stage) == 1)
    stage.advance(300)

    assert [item["weight"] for item in stage.service()["capacityProviderStrategy"]] == [0, 10]
    assert primary(stage)["rolloutState"] == "COMPLETED"
    assert stage.counts() == (2, 0)


def test_a_rollback_that_fails_is_not_rolled_back_again(stage: Stage) -> None:
    stage.running(desired=2, deploymentConfiguration=BREAKER)
    stage.world.behaviours.set(key(), Behaviour(start_fails=True))

    stage.update(taskDefinition="web:2")
    stage.advance(12 * 3600)

    assert failures(stage) == 2
    assert primary(stage)["rolloutState"] == "FAILED"
    assert stage.counts() == (2, 0)


def test_without_rollback_the_deployment_stays_failed_and_the_old_tasks_run_on(stage: Stage) -> None:
    stage.running(desired=2, deploymentConfiguration=NO_ROLLBACK)
    stage.world.behaviours.set(key(), Behaviour(start_fails=True))

    stage.update(taskDefinition="web:2")
    stage.until(lambda: primary(stage)["rolloutState"] == "FAILED")
    launched = len(stage.of_type("ECS Task State Change", "PROVISIONING"))
    stage.advance(3600)

    assert len(stage.of_type("ECS Task State Change", "PROVISIONING")) == launched
    new, old = stage.service()["deployments"]
    assert (new["rolloutState"], new["runningCount"], old["runningCount"]) == ("FAILED", 0, 2)


def test_crash_loops_trip_it_too(stage: Stage) -> None:
    stage.running(desired=2, deploymentConfiguration=BREAKER)
    stage.world.behaviours.set(key(), Behaviour(crash_after=5))

    stage.update(taskDefinition="web:2")

    stage.until(lambda: failures(stage) == 1)


def test_one_task_that_runs_well_ends_the_counting() -> None:
    stage = Stage(latencies=Latencies(placement_retry_first=200))
    stage.world.weather.set_stuck_share(0)
    stage.drought(capacity=1)
    stage.create(desired=6, deploymentConfiguration=BREAKER)
    stage.advance(150)
    assert primary(stage)["failedTasks"] == 1

    stage.advance(24 * 3600)

    assert len(stage.placement_failures()) > 100
    assert (primary(stage)["rolloutState"], primary(stage)["failedTasks"]) == ("IN_PROGRESS", 0)


def test_without_the_breaker_a_deployment_never_fails(stage: Stage) -> None:
    stage.world.behaviours.set(key(), Behaviour(start_fails=True))
    stage.create(desired=1)
    stage.advance(12 * 3600)

    assert primary(stage)["rolloutState"] == "IN_PROGRESS"
    assert primary(stage)["failedTasks"] > 3


def test_a_first_deployment_that_fails_has_nothing_to_go_back_to(stage: Stage) -> None:
    stage.world.behaviours.set(key(), Behaviour(start_fails=True))
    stage.create(desired=1, deploymentConfiguration=BREAKER)
    stage.advance(3600)

    assert primary(stage)["rolloutState"] == "FAILED"
    assert len(stage.service()["deployments"]) == 1


def test_the_failure_is_told_as_an_event_and_in_the_services_messages(stage: Stage) -> None:
    stage.running(desired=1, deploymentConfiguration=BREAKER)
    completed = primary(stage)["id"]
    stage.world.behaviours.set(key(), Behaviour(start_fails=True))
    stage.update(taskDefinition="web:2")
    failing = primary(stage)["id"]

    stage.until(lambda: primary(stage)["id"] != failing)

    [event] = stage.of_type("ECS Deployment State Change", "SERVICE_DEPLOYMENT_FAILED")
    assert event["detail"]["eventType"] == "ERROR"
    assert event["detail"]["reason"] == "ECS deployment circuit breaker: tasks failed to start."
    assert (
        f"(service web) (deployment {failing}) deployment failed: tasks failed to start." in stage.messages()
    )
    assert f"(service web) rolling back to deployment {completed}." in stage.messages()
