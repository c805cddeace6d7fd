"""A calm start: how long tasks take, in which states, and what is told."""

from random import Random

import pytest

from simulator.world import Behaviour, Latencies
from tests.unit.world.stage import TARGET_GROUP, Stage, key


def test_a_new_service_comes_up_and_reaches_its_steady_state(stage: Stage) -> None:
    stage.create(desired=5)
    stage.advance(5)
    assert stage.counts() == (0, 5)

    stage.advance(200)

    assert stage.counts() == (5, 0)
    assert stage.messages()[0] == "(service web) has reached a steady state."
    [deployment] = stage.service()["deployments"]
    assert (deployment["status"], deployment["rolloutState"]) == ("PRIMARY", "COMPLETED")
    assert deployment["rolloutStateReason"] == f"ECS deployment {deployment['id']} completed."


def test_a_task_passes_through_its_states_in_order(stage: Stage) -> None:
    stage.running(desired=1)

    [task] = stage.tasks()

    assert stage.statuses(task["taskArn"]) == [
        "PROVISIONING/RUNNING",
        "PENDING/RUNNING",
        "RUNNING/RUNNING",
    ]


def test_a_task_behind_a_load_balancer_is_activated_first(stage: Stage) -> None:
    stage.running(desired=1, loadBalancers=TARGET_GROUP)

    [task] = stage.tasks()

    assert stage.statuses(task["taskArn"])[-2:] == ["ACTIVATING/RUNNING", "RUNNING/RUNNING"]
    assert {attachment["type"] for attachment in task["attachments"]} == {"eni", "elb"}


def test_start_times_follow_what_was_measured_in_production() -> None:
    random = Random(1)
    seconds = sorted(Latencies().sample_start(random) for _ in range(20_000))

    assert seconds[10_000] == pytest.approx(90, abs=1)
    assert seconds[19_000] == pytest.approx(120, abs=2)
    assert seconds[19_800] == pytest.approx(138, abs=3)


def test_the_tasks_of_a_service_start_within_those_times(stage: Stage) -> None:
    stage.running(desired=50)

    seconds = sorted((task["startedAt"] - task["createdAt"]).total_seconds() for task in stage.tasks())

    assert 60 <= seconds[0] <= seconds[-1] <= 160
    assert seconds[25] == pytest.approx(90, abs=10)


def test_the_pull_of_an_image_is_seen_while_it_lasts(stage: Stage) -> None:
    stage.world.behaviours.set(key(), Behaviour(pull_seconds=600))
    stage.create(desired=1)
    stage.advance(400)

    [task] = stage.tasks()

    assert task["lastStatus"] == "PENDING"
    assert task["pullStartedAt"] > task["createdAt"]
    assert "pullStoppedAt" not in task


def test_the_time_factor_makes_everything_faster() -> None:
    stage = Stage(time_factor=20)
    stage.create(desired=10)

    stage.until(lambda: stage.counts() == (10, 0))

    assert 60 / 20 <= stage.seconds <= 165 / 20


def test_a_steady_service_says_so_again_after_six_hours(stage: Stage) -> None:
    stage.running()
    told = len(stage.of_type("ECS Service Action", "SERVICE_STEADY_STATE"))

    stage.advance(6 * 3600 + 10)

    assert len(stage.of_type("ECS Service Action", "SERVICE_STEADY_STATE")) == told + 1


def test_a_steady_service_names_its_capacity_providers(stage: Stage) -> None:
    stage.running()

    [event] = stage.of_type("ECS Service Action", "CAPACITY_PROVIDER_STEADY_STATE")

    assert event["detail"]["capacityProviderArns"] == [
        "arn:aws:ecs:eu-west-1:111111111111:capacity-provider/FARGATE_SPOT"
    ]


@pytest.mark.parametrize("factor", [1, 20])
def test_two_hundred_tasks_are_launched_at_the_rate_fargate_allows(factor: float) -> None:
    stage = Stage(time_factor=factor)
    stage.create(desired=200)
    stage.advance(1.5 / factor)
    assert stage.counts() == (0, 100)

    stage.advance(5.5 / factor)

    assert sum(stage.counts()) == 200
    assert stage.placement_failures() == []


def test_a_scale_out_starts_only_what_is_missing_and_no_deployment(stage: Stage) -> None:
    stage.running(desired=2)
    [before] = stage.service()["deployments"]

    stage.update(desiredCount=5)
    stage.advance(200)

    [after] = stage.service()["deployments"]
    assert stage.counts() == (5, 0)
    assert after["id"] == before["id"]


def test_a_scale_in_stops_tasks_in_the_schedulers_name(stage: Stage) -> None:
    stage.running(desired=3)
    [deployment] = stage.service()["deployments"]

    stage.update(desiredCount=1)
    stage.advance(30)

    stopped = stage.tasks(desired="STOPPED")
    assert len(stopped) == 2
    for task in stopped:
        assert task["stopCode"] == "ServiceSchedulerInitiated"
        assert task["stoppedReason"] == f"Scaling activity initiated by (deployment {deployment['id']})"


def test_a_task_that_a_user_stops_is_replaced(stage: Stage) -> None:
    stage.running(desired=2)
    victim = stage.tasks()[0]["taskArn"]

    stopped = stage.api.stop_task({"cluster": "main", "task": victim})["task"]
    stage.advance(300)

    assert (stopped["stopCode"], stopped["stoppedReason"]) == ("UserInitiated", "Task stopped by user")
    assert stage.counts() == (2, 0)
    assert victim not in {task["taskArn"] for task in stage.tasks()}


def test_a_crashing_task_is_replaced_and_told_with_its_exit_code(stage: Stage) -> None:
    stage.world.behaviours.set(key(), Behaviour(crash_after=40, exit_code=99))
    stage.create(desired=1)
    stage.advance(400)

    crashed = [
        event["detail"]
        for event in stage.of_type("ECS Task State Change", "DEPROVISIONING")
        if event["detail"]["stopCode"] == "EssentialContainerExited"
    ]

    assert len(crashed) >= 2
    assert crashed[0]["stoppedReason"] == "Essential container in task exited"
    assert crashed[0]["containers"][0]["exitCode"] == 99


def test_tasks_that_cannot_start_are_retried_ever_more_slowly(stage: Stage) -> None:
    stage.world.behaviours.set(key(), Behaviour(start_fails=True))
    stage.create(desired=1)
    stage.advance(6 * 3600)

    starts = [event["time"] for event in stage.of_type("ECS Task State Change", "PROVISIONING")]

    assert 10 < len(starts) < 60
    assert len(stage.of_type("ECS Service Action", "SERVICE_TASK_START_IMPAIRED")) == 1
    assert any("unable to consistently start tasks" in message for message in stage.messages())


def test_a_standalone_task_belongs_to_no_service(stage: Stage) -> None:
    request = {
        "cluster": "main",
        "taskDefinition": "web",
        "capacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1}],
    }
    [task] = stage.api.run_task(request)["tasks"]
    stage.advance(200)

    assert task["group"] == "family:web"
    assert "startedBy" not in task
    assert stage.statuses(task["taskArn"])[-1] == "RUNNING/RUNNING"


def test_latencies_can_be_chosen() -> None:
    stage = Stage(latencies=Latencies(start=((0.0, 10.0), (1.0, 10.0))))
    stage.create(desired=1)

    stage.until(lambda: stage.counts() == (1, 0))

    assert stage.seconds == pytest.approx(11)
