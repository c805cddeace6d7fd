"""Services behind target groups: ministack's load balancers, the world's tasks and their health."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.acting import REGION, SPOKE, Aws, allow
from tests.sandbox.ecs_service import ON_DEMAND, Service

VPC = "vpc-1"
HEALTHY = {"healthy"}


def target_group(aws: Aws, *, attached: bool = True, delay: int = 60, interval: int = 10) -> str:
    """Make a target group of private IP addresses, behind a load balancer unless told otherwise."""
    balancing = aws.client("elbv2", SPOKE)
    arn = balancing.create_target_group(
        Name=aws.name("group"),
        Protocol="HTTP",
        Port=80,
        VpcId=VPC,
        TargetType="ip",
        HealthCheckIntervalSeconds=interval,
    )["TargetGroups"][0]["TargetGroupArn"]
    attribute = {"Key": "deregistration_delay.timeout_seconds", "Value": str(delay)}
    balancing.modify_target_group_attributes(TargetGroupArn=arn, Attributes=[attribute])
    if attached:
        balancer = balancing.create_load_balancer(Name=aws.name("balancer"), Subnets=["subnet-1"])
        forward = {"Type": "forward", "TargetGroupArn": arn}
        balancing.create_listener(
            LoadBalancerArn=balancer["LoadBalancers"][0]["LoadBalancerArn"],
            Protocol="HTTP",
            Port=80,
            DefaultActions=[forward],
        )
    return str(arn)


def behind(aws: Aws, group: str, **settings: Any) -> Service:
    return Service(aws, loadBalancers=[balancer_of(group)], **settings)


def balancer_of(group: str) -> dict[str, Any]:
    return {"targetGroupArn": group, "containerName": "app", "containerPort": 80}


def states(aws: Aws, group: str, **asked: Any) -> dict[str, str]:
    """Return the state of each target of a group by its address."""
    answer = aws.client("elbv2", SPOKE).describe_target_health(TargetGroupArn=group, **asked)
    return {
        each["Target"]["Id"]: each["TargetHealth"]["State"] for each in answer["TargetHealthDescriptions"]
    }


def wait_for(aws: Aws, look: Callable[[], bool], what: str) -> None:
    aws.control.wait_for(look, seconds=15, what=what)


def test_tasks_of_two_services_are_targets_by_their_private_address(aws: Aws) -> None:
    group = target_group(aws)
    spot = behind(aws, group, desired=2)
    standby = behind(
        aws, group, desired=1, cluster=spot.cluster, name="standby", capacityProviderStrategy=ON_DEMAND
    )
    spot.wait_running(2)
    standby.wait_running(1)
    wait_for(aws, lambda: list(states(aws, group).values()) == ["healthy"] * 3, "three healthy targets")
    assert set(states(aws, group)) == spot.addresses() | standby.addresses()
    [one] = standby.addresses()
    assert states(aws, group, Targets=[{"Id": one}]) == {one: "healthy"}
    spot.delete()
    standby.delete()


def test_a_target_is_initial_until_its_first_health_check(aws: Aws) -> None:
    group = target_group(aws)
    service = behind(aws, group, desired=0)
    aws.control.behave(SPOKE, REGION, service.cluster, service.name, health_seconds=36_000)
    service.update(desiredCount=1)
    service.wait_running(1)
    assert set(states(aws, group).values()) == {"initial"}
    service.delete()


def test_a_task_whose_health_checks_fail_is_replaced(aws: Aws) -> None:
    group = target_group(aws)
    service = behind(aws, group, desired=0)
    aws.control.behave(SPOKE, REGION, service.cluster, service.name, health_fails=True)
    service.update(desiredCount=1)
    seen: set[str] = set()

    def drains() -> bool:
        seen.update(states(aws, group).values())
        return "draining" in seen

    wait_for(aws, drains, "the task's end")
    assert "healthy" not in seen
    service.delete()


def test_the_world_goes_by_the_group_s_own_settings(aws: Aws) -> None:
    service = behind(aws, target_group(aws, delay=60, interval=10), desired=0)
    behaviour = aws.control.behave(SPOKE, REGION, service.cluster, service.name)
    assert (behaviour["deregistration_delay"], behaviour["health_seconds"]) == (60, 5)
    service.update(loadBalancers=[balancer_of(target_group(aws, delay=20, interval=30))])
    behaviour = aws.control.behave(SPOKE, REGION, service.cluster, service.name)
    assert (behaviour["deregistration_delay"], behaviour["health_seconds"]) == (20, 15)


def test_a_task_that_stops_drains_first(aws: Aws) -> None:
    group = target_group(aws, delay=36_000)
    service = behind(aws, group, desired=1)
    wait_for(aws, lambda: set(states(aws, group).values()) == HEALTHY, "a healthy target")
    service.update(desiredCount=0)
    wait_for(aws, lambda: set(states(aws, group).values()) == {"draining"}, "a draining target")


def test_a_group_that_no_service_names_has_no_targets(aws: Aws) -> None:
    assert states(aws, target_group(aws)) == {}


def test_an_unknown_group_has_aws_s_error(aws: Aws) -> None:
    with pytest.raises(ClientError) as unknown:
        states(aws, "arn:aws:elasticloadbalancing:eu-central-1:222222222222:targetgroup/absent/1")
    assert unknown.value.response["Error"]["Code"] == "TargetGroupNotFound"


def test_throttling_is_answered_as_aws_does(aws: Aws) -> None:
    group = target_group(aws)
    aws.control.throttle("DescribeTargetHealth")
    with pytest.raises(ClientError) as throttled:
        states(aws, group)
    assert throttled.value.response["Error"]["Code"] == "Throttling"
    assert states(aws, group) == {}


def test_ecs_takes_only_groups_of_a_load_balancer(aws: Aws) -> None:
    group = target_group(aws, attached=False)
    unattached = "does not have an associated load balancer"
    with pytest.raises(ClientError, match=unattached):
        behind(aws, group)
    with pytest.raises(ClientError, match="is unknown"):
        behind(aws, f"{group}-absent")
    service = Service(aws, desired=0)
    with pytest.raises(ClientError, match=unattached):
        service.update(loadBalancers=[balancer_of(group)])


def test_a_rule_of_a_listener_is_as_good_as_the_listener(aws: Aws) -> None:
    balancing = aws.client("elbv2", SPOKE)
    group, other = target_group(aws, attached=False), target_group(aws)
    balancer = balancing.describe_target_groups(TargetGroupArns=[other])["TargetGroups"][0]
    listeners = balancing.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArns"][0])
    balancing.create_rule(
        ListenerArn=listeners["Listeners"][0]["ListenerArn"],
        Priority=10,
        Conditions=[{"Field": "path-pattern", "Values": ["/api/*"]}],
        Actions=[{"Type": "forward", "TargetGroupArn": group}],
    )
    assert behind(aws, group, desired=0).tasks() == []


def test_describing_target_health_is_allowed_for_every_resource_only(aws: Aws) -> None:
    group = target_group(aws)
    action = "elasticloadbalancing:DescribeTargetHealth"
    every = aws.client("elbv2", aws.assume(aws.role(SPOKE, allow(action))))
    assert every.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"] == []
    named = aws.client("elbv2", aws.assume(aws.role(SPOKE, allow(action, group))))
    with pytest.raises(ClientError) as denied:
        named.describe_target_health(TargetGroupArn=group)
    assert denied.value.response["Error"]["Code"] == "AccessDenied"


def test_looking_at_target_health_is_recorded(aws: Aws) -> None:
    group = target_group(aws)
    role = aws.role(SPOKE, allow("elasticloadbalancing:*"))
    aws.client("elbv2", aws.assume(role)).describe_target_health(TargetGroupArn=group)
    calls, _ = aws.control.calls()
    [call] = [each for each in calls if each["principal"] == role]
    assert (call["api"], call["action"]) == ("elasticloadbalancing", "DescribeTargetHealth")
    assert call["request"] == {"TargetGroupArn": group}
