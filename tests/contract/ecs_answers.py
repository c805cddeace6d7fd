"""ECS's answers in wire form, with every field that ECS shows today.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html
"""

from __future__ import annotations

from typing import Any

from spot_failover.domain.capacity import Strategy, StrategyItem
from tests.contract.examples import HERE

ARN = f"arn:aws:ecs:{HERE.region}:{HERE.account}"
WEB_8 = f"{ARN}:task-definition/web:8"
TARGET_GROUP = f"arn:aws:elasticloadbalancing:{HERE.region}:{HERE.account}:targetgroup/web/1"
ON_DEMAND = Strategy((StrategyItem("FARGATE", 10, 2), StrategyItem("FARGATE_SPOT", 0, 0)))
SPOT = Strategy((StrategyItem("FARGATE_SPOT", 1, 0),))


def service(name: str = "web", **changes: Any) -> dict[str, Any]:
    """Return a service on Spot in the middle of a rollout."""
    shown: dict[str, Any] = {
        "serviceArn": f"{ARN}:service/shop/{name}",
        "serviceName": name,
        "clusterArn": f"{ARN}:cluster/shop",
        "loadBalancers": [
            {
                "targetGroupArn": TARGET_GROUP,
                "containerName": "web",
                "containerPort": 8080,
            }
        ],
        "serviceRegistries": [],
        "status": "ACTIVE",
        "desiredCount": 4,
        "runningCount": 5,
        "pendingCount": 1,
        "capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0}],
        "platformVersion": "1.4.0",
        "platformFamily": "Linux",
        "taskDefinition": WEB_8,
        "deploymentConfiguration": {
            "deploymentCircuitBreaker": {"enable": True, "rollback": True},
            "maximumPercent": 150,
            "minimumHealthyPercent": 50,
            "alarms": {"alarmNames": ["web-5xx"], "rollback": True, "enable": True},
            "strategy": "ROLLING",
            "bakeTimeInMinutes": 0,
        },
        "deployments": [
            deployment("ecs-svc/1", "ACTIVE", running=4, strategy=[("FARGATE_SPOT", 1, 0)]),
            deployment(
                "ecs-svc/2",
                "PRIMARY",
                running=1,
                strategy=[("FARGATE", 10, 2), ("FARGATE_SPOT", 0, 0)],
                rolloutState="IN_PROGRESS",
                rolloutStateReason="ECS deployment ecs-svc/2 in progress.",
            ),
        ],
        "roleArn": f"arn:aws:iam::{HERE.account}:role/aws-service-role/AWSServiceRoleForECS",
        "events": [
            {
                "id": "b8c0f0a5-5f7c-4d6e-9a3c-0f1e2d3c4b5a",
                "createdAt": 1772442845.123,
                "message": "(service web) was unable to place a task. Reason: Capacity is unavailable.",
            }
        ],
        "createdAt": 1772442000.007654,
        "placementConstraints": [],
        "placementStrategy": [],
        "networkConfiguration": {
            "awsvpcConfiguration": {
                "subnets": ["subnet-2", "subnet-1"],
                "securityGroups": ["sg-1"],
                "assignPublicIp": "DISABLED",
            }
        },
        "healthCheckGracePeriodSeconds": 0,
        "schedulingStrategy": "REPLICA",
        "deploymentController": {"type": "ECS"},
        "createdBy": f"arn:aws:iam::{HERE.account}:role/deployer",
        "enableECSManagedTags": False,
        "propagateTags": "NONE",
        "enableExecuteCommand": False,
        "availabilityZoneRebalancing": "ENABLED",
        "aFieldOfTheFuture": {"anything": 1},
    }
    shown.update(changes)
    return {name: value for name, value in shown.items() if value is not None}


def deployment(
    deployment_id: str,
    status: str,
    *,
    running: int,
    strategy: list[tuple[str, int, int]],
    **changes: Any,
) -> dict[str, Any]:
    return {
        "id": deployment_id,
        "status": status,
        "taskDefinition": WEB_8,
        "desiredCount": 4,
        "pendingCount": 0,
        "runningCount": running,
        "failedTasks": 0,
        "createdAt": 1772442840.5,
        "updatedAt": 1772442841.25,
        "capacityProviderStrategy": [
            {"capacityProvider": provider, "weight": weight, "base": base}
            for provider, weight, base in strategy
        ],
        "platformVersion": "1.4.0",
        **changes,
    }


def described(*services: dict[str, Any], missing: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return DescribeServices' answer."""
    failures = [{"arn": f"{ARN}:service/shop/{name}", "reason": "MISSING"} for name in missing]
    return {"services": list(services), "failures": failures}


def task(number: int = 1, **changes: Any) -> dict[str, Any]:
    """Return a task on Spot that runs; the number tells its ARN and its address, None leaves a field out."""
    shown: dict[str, Any] = {
        "taskArn": task_arn(number),
        "clusterArn": f"{ARN}:cluster/shop",
        "taskDefinitionArn": WEB_8,
        "attachments": [
            {
                "id": "a8f3c1de-5b7a-4e0c-8d9f-1a2b3c4d5e6f",
                "type": "ElasticNetworkInterface",
                "status": "ATTACHED",
                "details": [
                    {"name": "subnetId", "value": "subnet-1"},
                    {"name": "networkInterfaceId", "value": "eni-1"},
                    {"name": "privateIPv4Address", "value": f"10.0.0.{number}"},
                ],
            }
        ],
        "attributes": [{"name": "ecs.cpu-architecture", "value": "x86_64"}],
        "availabilityZone": f"{HERE.region}a",
        "capacityProviderName": "FARGATE_SPOT",
        "containers": [
            {
                "name": "web",
                "lastStatus": "RUNNING",
                "healthStatus": "HEALTHY",
                "networkInterfaces": [{"attachmentId": "a", "privateIpv4Address": f"10.0.0.{number}"}],
            }
        ],
        "cpu": "256",
        "memory": "512",
        "createdAt": 1772442845.000111,
        "pullStartedAt": 1772442860.5,
        "pullStoppedAt": 1772442870.5,
        "startedAt": 1772442875.25,
        "desiredStatus": "RUNNING",
        "lastStatus": "RUNNING",
        "healthStatus": "HEALTHY",
        "group": "service:web",
        "launchType": "FARGATE",
        "startedBy": "ecs-svc/5512098847613320951",
        "version": 4,
    }
    shown.update(changes)
    return {name: value for name, value in shown.items() if value is not None}


def task_arn(number: int) -> str:
    return f"{ARN}:task/shop/{number:032x}"
