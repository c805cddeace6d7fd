"""A region without Spot capacity: placement failures for ever, some tasks stuck, and the recovery."""

from datetime import datetime, timedelta
from itertools import pairwise

from tests.unit.world.stage import ACCOUNT, ON_DEMAND, REGION, Stage, key

CAPACITY = "Capacity is unavailable at this time. Please try again later or in a different availability zone"


def test_without_capacity_placement_fails_again_and_again_and_on_demand_never_steps_in(stage: Stage) -> None:
    stage.running(desired=4)

    stage.drought()
    stage.advance(3600)

    assert stage.counts()[0] == 0
    failures = stage.placement_failures()
    assert len(failures) > 10
    assert {tuple(event["detail"]["capacityProviderArns"]) for event in failures} == {
        (f"arn:aws:ecs:{REGION}:{ACCOUNT}:capacity-provider/FARGATE_SPOT",)
    }
    assert {event["detail"]["reason"] for event in failures} == {"RESOURCE:FARGATE"}


def test_the_retries_grow_apart_up_to_a_limit(stage: Stage) -> None:
    stage.world.weather.set_stuck_share(0)
    stage.drought()
    stage.create()
    stage.advance(4 * 3600)

    times = [datetime.fromisoformat(event["time"]) for event in stage.placement_failures()]
    gaps = [(later - sooner).total_seconds() for sooner, later in pairwise(times)]

    assert 10 <= gaps[0] <= 20
    assert gaps[0] < gaps[1] < gaps[2] < gaps[3]
    assert all(235 <= gap <= 365 for gap in gaps[6:])


def test_after_a_success_the_retries_begin_anew(stage: Stage) -> None:
    stage.world.weather.set_stuck_share(0)
    stage.drought()
    stage.create()
    stage.advance(3600)
    stage.calm()
    stage.until(lambda: stage.counts() == (4, 0))
    stage.drought()
    told = len(stage.placement_failures())

    stage.advance(60)

    assert len(stage.placement_failures()) - told >= 2


def test_a_new_deployment_is_tried_at_once(stage: Stage) -> None:
    stage.world.weather.set_stuck_share(0)
    stage.drought()
    stage.create()
    stage.advance(3600)
    stage.calm()

    stage.roll()
    stage.advance(2)

    assert stage.counts() == (0, 4)


def test_the_services_own_messages_say_it_once(stage: Stage) -> None:
    stage.drought()
    stage.create()
    stage.advance(3600)

    told = [message for message in stage.messages() if "unable to place a task" in message]

    assert len(told) == 1
    assert told[0].startswith(f"(service web) was unable to place a task. Reason: {CAPACITY}.")


def test_a_share_of_the_launches_gets_stuck_and_is_given_up_after_minutes(stage: Stage) -> None:
    stage.world.weather.set_stuck_share(1)
    stage.drought()
    stage.create(desired=50)
    stage.advance(60)

    waiting = stage.tasks()
    assert {task["lastStatus"] for task in waiting} <= {"PROVISIONING", "PENDING"}
    assert not any("pullStartedAt" in task for task in waiting)
    stage.advance(24 * 60)

    failed = [
        event["detail"]
        for event in stage.of_type("ECS Task State Change", "STOPPED")
        if event["detail"]["taskArn"] in {task["taskArn"] for task in waiting}
    ]
    assert len(failed) == 50
    assert {(one["stopCode"], one["stoppedReason"]) for one in failed} == {("TaskFailedToStart", CAPACITY)}
    minutes = [
        (datetime.fromisoformat(one["stoppingAt"]) - datetime.fromisoformat(one["createdAt"])).total_seconds()
        / 60
        for one in failed
    ]
    assert 6 < sum(minutes) / len(minutes) < 11
    assert max(minutes) <= 23


def test_when_the_drought_ends_spot_comes_back_by_itself(stage: Stage) -> None:
    stage.running(desired=4)
    stage.drought()
    stage.advance(1800)

    stage.calm()
    stage.until(lambda: stage.counts() == (4, 0))
    stage.advance(5)

    assert stage.messages()[0] == "(service web) has reached a steady state."
    stage.drought()
    stage.advance(60)
    assert any("unable to place" in message for message in stage.messages()[:3])


def test_tasks_given_up_for_want_of_capacity_do_not_slow_the_service_down(stage: Stage) -> None:
    stage.world.weather.set_stuck_share(1)
    stage.drought()
    stage.create(desired=2)
    stage.advance(2 * 3600)

    assert len(stage.of_type("ECS Task State Change", "PROVISIONING")) > 10
    assert stage.of_type("ECS Service Action", "SERVICE_TASK_START_IMPAIRED") == []
    assert stage.service()["deployments"][0]["failedTasks"] > 10


def test_part_of_the_capacity_lets_part_of_the_tasks_run(stage: Stage) -> None:
    stage.world.weather.set_stuck_share(0)
    stage.drought(capacity=3)
    stage.create(desired=10)
    stage.advance(600)

    assert stage.counts() == (3, 0)


def test_a_mixed_strategy_keeps_its_on_demand_share_and_gives_it_nothing_more(stage: Stage) -> None:
    stage.world.weather.set_stuck_share(0)
    strategy = [
        {"capacityProvider": "FARGATE", "weight": 1, "base": 2},
        {"capacityProvider": "FARGATE_SPOT", "weight": 3},
    ]
    stage.running(desired=10, capacityProviderStrategy=strategy)

    stage.drought()
    stage.advance(900)

    assert stage.counts() == (4, 0)
    assert {task["capacityProviderName"] for task in stage.tasks()} == {"FARGATE"}


def test_the_switch_to_on_demand_brings_a_starved_service_back(stage: Stage) -> None:
    stage.running(desired=4)
    stage.drought()
    stage.advance(300)

    stage.roll(capacityProviderStrategy=ON_DEMAND)
    stage.advance(200)

    assert stage.counts() == (4, 0)
    assert {task["capacityProviderName"] for task in stage.tasks()} == {"FARGATE"}
    assert stage.last().on_demand_running == 4


def test_an_exhausted_on_demand_quota_is_told_with_fargate_only(stage: Stage) -> None:
    stage.world.weather.set_on_demand(ACCOUNT, REGION, capacity=1)
    stage.create(desired=3, capacityProviderStrategy=ON_DEMAND)
    stage.advance(300)

    assert stage.counts() == (1, 0)
    assert {tuple(event["detail"]["capacityProviderArns"]) for event in stage.placement_failures()} == {
        (f"arn:aws:ecs:{REGION}:{ACCOUNT}:capacity-provider/FARGATE",)
    }
    assert any("limit on the number of vCPUs" in message for message in stage.messages())


def test_a_plain_launch_type_without_quota_names_no_provider(stage: Stage) -> None:
    stage.world.weather.set_on_demand(ACCOUNT, REGION, capacity=0)
    stage.create(desired=1, launchType="FARGATE")
    stage.advance(10)

    [failure] = stage.placement_failures()

    assert "capacityProviderArns" not in failure["detail"]


def test_a_standalone_task_without_capacity_is_a_failure_in_the_answer(stage: Stage) -> None:
    stage.drought()
    strategy = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]

    answer = stage.api.run_task(
        {"cluster": "main", "taskDefinition": "web:1", "capacityProviderStrategy": strategy}
    )

    assert answer == {"tasks": [], "failures": [{"reason": CAPACITY}]}


def test_a_cause_that_went_and_came_back_is_told_again(stage: Stage) -> None:
    stage.world.weather.set_stuck_share(0)
    stage.running(desired=2)
    stage.drought()
    stage.advance(600)
    stage.calm()
    stage.until(lambda: stage.counts() == (0, 2))  # placed, but no steady state yet
    stage.drought()
    stage.advance(600)

    told = [message for message in stage.messages() if "unable to place a task" in message]

    assert len(told) == 2


def test_a_cause_that_stays_is_told_again_after_six_hours(stage: Stage) -> None:
    stage.world.weather.set_stuck_share(0)
    stage.drought()
    stage.create()
    stage.advance(6.2 * 3600)

    assert sum("unable to place a task" in message for message in stage.messages()) == 2


def test_a_silent_service_sends_no_event_while_the_api_and_its_messages_tell_the_truth(stage: Stage) -> None:
    stage.running(desired=2)
    stage.running("other", desired=2)
    told = len(stage.events)

    stage.world.faults.silence(key(), until=stage.world.now + timedelta(hours=1))
    stage.drought()
    stage.advance(1800)

    assert {
        resource.rsplit("/", 1)[-1] for event in stage.placement_failures() for resource in event["resources"]
    } == {"other"}
    assert all(event["detail"].get("group") != "service:web" for event in stage.events[told:])
    assert stage.counts()[0] == 0
    assert any("unable to place a task" in message for message in stage.messages())
    stage.advance(3600)
    assert {event["resources"][0].rsplit("/", 1)[-1] for event in stage.placement_failures()} == {
        "web",
        "other",
    }
