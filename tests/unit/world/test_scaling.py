"""Application Auto Scaling: limits that clamp, suspensions, schedules, and what target tracking asks for."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from simulator.world import EcsError, ScalingApi
from simulator.world.expressions import next_run
from tests.unit.world.stage import ACCOUNT, CLUSTER, REGION, START, Stage, key

TARGET = {
    "ServiceNamespace": "ecs",
    "ResourceId": f"service/{CLUSTER}/web",
    "ScalableDimension": "ecs:service:DesiredCount",
}
HELD = {"DynamicScalingInSuspended": True, "DynamicScalingOutSuspended": True}
FREE = {"DynamicScalingInSuspended": False, "DynamicScalingOutSuspended": False}


def scaling(stage: Stage) -> ScalingApi:
    return stage.world.scaling(ACCOUNT, REGION)


def register(stage: Stage, **request: Any) -> dict[str, Any]:
    return scaling(stage).call("RegisterScalableTarget", TARGET | request)


def target(stage: Stage) -> dict[str, Any]:
    answer = scaling(stage).call("DescribeScalableTargets", {"ServiceNamespace": "ecs"})
    [found] = answer["ScalableTargets"]
    assert isinstance(found, dict)
    return found


def scaled(stage: Stage, *, desired: int = 4, minimum: int = 2, maximum: int = 10) -> None:
    stage.running(desired=desired)
    register(stage, MinCapacity=minimum, MaxCapacity=maximum)


def desired(stage: Stage) -> int:
    count = stage.service()["desiredCount"]
    assert isinstance(count, int)
    return count


@pytest.mark.parametrize(("before", "after"), [(1, 2), (4, 4), (20, 10)])
def test_registering_brings_the_desired_count_within_the_limits(
    stage: Stage, before: int, after: int
) -> None:
    scaled(stage, desired=before)

    assert desired(stage) == after


def test_a_target_is_described_as_it_was_registered(stage: Stage) -> None:
    scaled(stage)

    described = target(stage)

    assert described == TARGET | {
        "MinCapacity": 2,
        "MaxCapacity": 10,
        "RoleARN": described["RoleARN"],
        "CreationTime": stage.world.now,
        "SuspendedState": FREE | {"ScheduledScalingSuspended": False},
        "ScalableTargetARN": described["ScalableTargetARN"],
    }


def test_what_an_update_does_not_name_stays_as_it_is(stage: Stage) -> None:
    scaled(stage)
    register(stage, SuspendedState={"DynamicScalingInSuspended": True})
    register(stage, MaxCapacity=20)

    described = target(stage)

    assert (described["MinCapacity"], described["MaxCapacity"]) == (2, 20)
    assert described["SuspendedState"]["DynamicScalingInSuspended"]


def test_only_one_service_of_the_asked_ones_is_described(stage: Stage) -> None:
    scaled(stage)
    request = {"ServiceNamespace": "ecs", "ResourceIds": [f"service/{CLUSTER}/other"]}

    assert scaling(stage).call("DescribeScalableTargets", request) == {"ScalableTargets": []}


@pytest.mark.parametrize(
    ("operation", "request_", "code"),
    [
        ("RegisterScalableTarget", {"MinCapacity": 1}, "ValidationException"),
        ("RegisterScalableTarget", {"MinCapacity": 5, "MaxCapacity": 4}, "ValidationException"),
        (
            "RegisterScalableTarget",
            {"ResourceId": f"service/{CLUSTER}/none", "MinCapacity": 1, "MaxCapacity": 4},
            "ValidationException",
        ),
        ("RegisterScalableTarget", {"ServiceNamespace": "dynamodb"}, "ValidationException"),
        ("RegisterScalableTarget", {"ResourceId": "service/web"}, "ValidationException"),
        ("DeregisterScalableTarget", {}, "ObjectNotFoundException"),
        ("PutScheduledAction", {"ScheduledActionName": "night"}, "ObjectNotFoundException"),
        ("DescribeScalableTargets", {"ServiceNamespace": "ec2"}, "ValidationException"),
        ("ListTagsForResource", {"ResourceARN": "none"}, "ResourceNotFoundException"),
        ("DescribeScalingActivities", {}, "InvalidAction"),
    ],
)
def test_what_is_refused(stage: Stage, operation: str, request_: dict[str, Any], code: str) -> None:
    stage.create()

    with pytest.raises(EcsError) as refused:
        scaling(stage).call(operation, TARGET | request_)

    assert refused.value.code == code


def test_demand_moves_the_service_within_its_limits(stage: Stage) -> None:
    scaled(stage)

    scaling(stage).demand(key(), 7)
    assert desired(stage) == 7
    scaling(stage).demand(key(), 30)
    assert desired(stage) == 10
    stage.until(lambda: stage.counts() == (10, 0))
    scaling(stage).demand(key(), 0)
    assert desired(stage) == 2


def test_a_suspended_target_keeps_its_hands_off_until_it_is_resumed(stage: Stage) -> None:
    scaled(stage)
    register(stage, SuspendedState=HELD)
    stage.update(desiredCount=0)
    scaling(stage).demand(key(), 8)
    stage.advance(3600)
    assert desired(stage) == 0

    stage.update(desiredCount=4)
    stage.until(lambda: stage.counts() == (4, 0))
    register(stage, SuspendedState=FREE)
    stage.advance(60)

    assert desired(stage) == 8


def test_a_target_that_is_not_suspended_takes_back_what_someone_else_set(stage: Stage) -> None:
    scaled(stage)
    scaling(stage).demand(key(), 4)

    stage.update(desiredCount=9)
    stage.advance(60)

    assert desired(stage) == 4


def test_resuming_below_the_minimum_clamps(stage: Stage) -> None:
    scaled(stage)
    register(stage, SuspendedState=HELD)
    stage.update(desiredCount=0)

    register(stage, SuspendedState=FREE)

    assert desired(stage) == 2


def test_without_a_running_task_there_is_no_metric_and_nothing_is_scaled(stage: Stage) -> None:
    scaled(stage)
    scaling(stage).demand(key(), 4)
    stage.update(desiredCount=0)
    stage.advance(3600)
    assert desired(stage) == 0

    stage.update(desiredCount=1)
    stage.advance(300)

    assert desired(stage) == 4


def test_during_a_deployment_it_scales_out_but_not_in(stage: Stage) -> None:
    scaled(stage)
    stage.roll()
    stage.advance(5)

    scaling(stage).demand(key(), 2)
    assert desired(stage) == 4
    scaling(stage).demand(key(), 6)
    assert desired(stage) == 6
    scaling(stage).demand(key(), 3)
    stage.until(lambda: stage.service()["deployments"][0]["rolloutState"] == "COMPLETED")
    assert desired(stage) == 6
    stage.advance(60)
    assert desired(stage) == 3


def test_what_is_outside_the_limits_stays_until_an_action_in_the_other_direction(stage: Stage) -> None:
    scaled(stage, minimum=3, maximum=6)
    register(stage, SuspendedState=HELD)
    stage.update(desiredCount=1)
    stage.advance(300)
    register(stage, SuspendedState={"DynamicScalingInSuspended": False})

    scaling(stage).demand(key(), 0)  # scale-in: below the minimum already
    assert desired(stage) == 1
    register(stage, SuspendedState=FREE)
    assert desired(stage) == 3


def test_a_scheduled_action_sets_the_limits_and_clamps(stage: Stage) -> None:
    scaled(stage)
    action = {
        "ScheduledActionName": "morning",
        "Schedule": "at(2026-03-02T10:00:00)",
        "ScalableTargetAction": {"MinCapacity": 6, "MaxCapacity": 12},
    }
    scaling(stage).call("PutScheduledAction", TARGET | action)

    stage.world.advance(to=START + timedelta(minutes=59))
    assert desired(stage) == 4
    stage.advance(61)

    assert desired(stage) == 6
    assert (target(stage)["MinCapacity"], target(stage)["MaxCapacity"]) == (6, 12)


def test_a_scheduled_action_repeats_and_ends(stage: Stage) -> None:
    scaled(stage)
    limits = {"MinCapacity": 5, "MaxCapacity": 10}
    action = {
        "ScheduledActionName": "daily",
        "Schedule": "cron(0 8 * * ? *)",
        "Timezone": "Asia/Tokyo",
        "EndTime": START + timedelta(days=2),
        "ScalableTargetAction": limits,
    }
    scaling(stage).call("PutScheduledAction", TARGET | action)
    stage.world.advance(to=datetime(2026, 3, 2, 23, 0, tzinfo=UTC))
    assert desired(stage) == 5
    register(stage, MinCapacity=1)
    stage.update(desiredCount=1)

    stage.world.advance(to=datetime(2026, 3, 3, 23, 0, tzinfo=UTC))
    assert desired(stage) == 5
    register(stage, MinCapacity=1)
    stage.update(desiredCount=1)
    stage.world.advance(to=START + timedelta(days=6))
    assert desired(stage) == 1


def test_a_run_that_falls_into_a_suspension_is_not_made_up_for(stage: Stage) -> None:
    scaled(stage)
    action = {
        "ScheduledActionName": "hourly",
        "Schedule": "rate(1 hour)",
        "ScalableTargetAction": {"MinCapacity": 5},
    }
    scaling(stage).call("PutScheduledAction", TARGET | action)
    register(stage, SuspendedState={"ScheduledScalingSuspended": True})
    stage.advance(3601)
    register(stage, SuspendedState={"ScheduledScalingSuspended": False})
    stage.advance(3000)
    assert desired(stage) == 4

    stage.advance(700)

    assert desired(stage) == 5


def test_a_deleted_scheduled_action_and_a_forgotten_target_do_nothing_more(stage: Stage) -> None:
    scaled(stage)
    for name in ("one", "two"):
        action = {
            "ScheduledActionName": name,
            "Schedule": "rate(10 minutes)",
            "ScalableTargetAction": {"MinCapacity": 9},
        }
        scaling(stage).call("PutScheduledAction", TARGET | action)
    scaling(stage).call("DeleteScheduledAction", TARGET | {"ScheduledActionName": "one"})
    listed = scaling(stage).call("DescribeScheduledActions", {"ServiceNamespace": "ecs"})
    assert [action["ScheduledActionName"] for action in listed["ScheduledActions"]] == ["two"]

    scaling(stage).call("DeregisterScalableTarget", TARGET)
    stage.advance(3600)

    assert desired(stage) == 4
    with pytest.raises(LookupError, match="no scalable target"):
        scaling(stage).demand(key(), 5)


def test_policies_and_tags_are_kept_as_given(stage: Stage) -> None:
    scaled(stage)
    configuration = {
        "TargetValue": 60.0,
        "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
    }
    put = scaling(stage).call(
        "PutScalingPolicy",
        TARGET
        | {
            "PolicyName": "cpu",
            "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": configuration,
        },
    )
    arn = target(stage)["ScalableTargetARN"]
    scaling(stage).call("TagResource", {"ResourceARN": arn, "Tags": {"team": "web", "old": "1"}})
    scaling(stage).call("UntagResource", {"ResourceARN": arn, "TagKeys": ["old"]})

    [policy] = scaling(stage).call("DescribeScalingPolicies", {"ServiceNamespace": "ecs"})["ScalingPolicies"]

    assert policy["PolicyARN"] == put["PolicyARN"]
    assert policy["TargetTrackingScalingPolicyConfiguration"] == configuration
    assert scaling(stage).call("ListTagsForResource", {"ResourceARN": arn}) == {"Tags": {"team": "web"}}
    scaling(stage).call("DeleteScalingPolicy", TARGET | {"PolicyName": "cpu"})
    assert scaling(stage).call("DescribeScalingPolicies", {"ServiceNamespace": "ecs"}) == {
        "ScalingPolicies": []
    }


def test_without_its_policy_a_target_asks_for_nothing_any_more(stage: Stage) -> None:
    scaled(stage)
    policy = {"PolicyName": "cpu", "PolicyType": "TargetTrackingScaling"}
    scaling(stage).call("PutScalingPolicy", TARGET | policy)
    scaling(stage).demand(key(), 7)
    stage.until(lambda: stage.counts() == (7, 0))

    scaling(stage).call("DeleteScalingPolicy", TARGET | policy)
    stage.update(desiredCount=3)
    stage.advance(600)

    assert desired(stage) == 3


def test_scaling_calls_can_be_throttled(stage: Stage) -> None:
    scaled(stage)
    stage.world.faults.throttle("DescribeScalableTargets", 1)

    with pytest.raises(EcsError, match="ThrottlingException"):
        target(stage)


@pytest.mark.parametrize(
    ("expression", "timezone", "after", "due"),
    [
        ("at(2026-03-02T12:00:00)", "UTC", "2026-03-02T11:00:00", "2026-03-02T12:00:00"),
        ("at(2026-03-02T12:00:00)", "Asia/Tokyo", "2026-03-02T01:00:00", "2026-03-02T03:00:00"),
        ("at(2026-03-02T12:00:00)", "UTC", "2026-03-02T12:00:00", None),
        ("rate(5 minutes)", "UTC", "2026-03-02T12:00:00", "2026-03-02T12:05:00"),
        ("rate(1 day)", "UTC", "2026-03-02T12:00:00", "2026-03-03T12:00:00"),
        ("cron(30 9 * * ? *)", "UTC", "2026-03-02T09:30:00", "2026-03-03T09:30:00"),
        ("cron(0/15 8-9 ? * MON-FRI *)", "UTC", "2026-03-06T09:45:00", "2026-03-09T08:00:00"),
        ("cron(0 0 29 2 ? *)", "UTC", "2026-03-02T12:00:00", "2028-02-29T00:00:00"),
        ("cron(0 9 1 JAN ? 2027)", "Europe/Berlin", "2026-03-02T12:00:00", "2027-01-01T08:00:00"),
        ("cron(0 9 1 1 ? 2020)", "UTC", "2026-03-02T12:00:00", None),
    ],
)
def test_when_a_schedule_is_due_next(expression: str, timezone: str, after: str, due: str | None) -> None:
    moment = next_run(expression, timezone, datetime.fromisoformat(after).replace(tzinfo=UTC))

    assert moment == (None if due is None else datetime.fromisoformat(due).replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("expression", "timezone"),
    [
        ("sometimes", "UTC"),
        ("at(tomorrow)", "UTC"),
        ("rate(0 minutes)", "UTC"),
        ("rate(5 weeks)", "UTC"),
        ("cron(0 9 * * ?)", "UTC"),
        ("cron(61 9 * * ? *)", "UTC"),
        ("cron(0 9 L * ? *)", "UTC"),
        ("rate(1 hour)", "Mars/Olympus"),
    ],
)
def test_a_schedule_that_nobody_can_read_is_refused(expression: str, timezone: str) -> None:
    with pytest.raises(EcsError, match="ValidationException"):
        next_run(expression, timezone, START)
