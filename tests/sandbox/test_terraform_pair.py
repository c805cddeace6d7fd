"""Terraform's own provider applies a Spot service and its standby, balanced and scaled, and sees no drift."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simulator.sandbox import Sandbox
from tests.sandbox.acting import SPOKE, Aws
from tests.sandbox.terraforming import Terraform

# The load balancer itself is made by a call: Terraform's provider waits a minute for one, always.
CONFIGURATION = """
terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "cluster" {
  type = string
}

variable "load_balancer" {
  type = string
}

resource "aws_lb_target_group" "app" {
  name                 = var.cluster
  port                 = 80
  protocol             = "HTTP"
  target_type          = "ip"
  vpc_id               = "vpc-1"
  deregistration_delay = 60

  health_check {
    path     = "/health"
    interval = 10
  }
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = var.load_balancer
  port              = 80
  protocol          = "HTTP"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.app.arn
  }
}

resource "aws_iam_role" "task" {
  name = "task-${var.cluster}"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_ecs_task_definition" "app" {
  family                   = var.cluster
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  task_role_arn            = aws_iam_role.task.arn

  runtime_platform {
    cpu_architecture        = "ARM64"
    operating_system_family = "LINUX"
  }

  container_definitions = jsonencode([{
    name         = "app"
    image        = "app:1"
    essential    = true
    portMappings = [{ containerPort = 80 }]
    healthCheck  = { command = ["CMD", "true"] }
  }])
}

resource "aws_ecs_service" "app" {
  for_each = {
    spot    = { strategy = ["FARGATE_SPOT"], launch_type = null, count = 2 }
    standby = { strategy = [], launch_type = "FARGATE", count = 0 }
  }

  name            = each.key
  cluster         = var.cluster
  task_definition = aws_ecs_task_definition.app.arn
  desired_count   = each.value.count
  launch_type     = each.value.launch_type

  dynamic "capacity_provider_strategy" {
    for_each = each.value.strategy

    content {
      capacity_provider = capacity_provider_strategy.value
      weight            = 1
    }
  }

  network_configuration {
    subnets         = ["subnet-1", "subnet-2"]
    security_groups = ["sg-1"]
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.app.arn
    container_name   = "app"
    container_port   = 80
  }

  depends_on = [aws_lb_listener.http]
}

resource "aws_appautoscaling_target" "app" {
  for_each = { spot = 2, standby = 0 }

  service_namespace  = "ecs"
  resource_id        = "service/${var.cluster}/${aws_ecs_service.app[each.key].name}"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = each.value
  max_capacity       = 6

  tags = {
    team = "shop"
  }
}

resource "aws_appautoscaling_policy" "cpu" {
  name               = "cpu"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = "ecs"
  resource_id        = aws_appautoscaling_target.app["spot"].resource_id
  scalable_dimension = "ecs:service:DesiredCount"

  target_tracking_scaling_policy_configuration {
    target_value = 60

    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}

resource "aws_appautoscaling_scheduled_action" "morning" {
  name               = "morning"
  service_namespace  = "ecs"
  resource_id        = aws_appautoscaling_target.app["spot"].resource_id
  scalable_dimension = "ecs:service:DesiredCount"
  schedule           = "cron(0 7 * * ? *)"
  timezone           = "Europe/Berlin"

  scalable_target_action {
    min_capacity = 3
    max_capacity = 6
  }
}
"""


@pytest.fixture
def cluster(aws: Aws) -> str:
    return aws.cluster(SPOKE)


@pytest.fixture
def terraform(sandbox: Sandbox, aws: Aws, cluster: str, tmp_path: Path) -> Terraform:
    (tmp_path / "main.tf").write_text(CONFIGURATION)
    made = aws.client("elbv2", SPOKE).create_load_balancer(Name=aws.name("balancer"), Subnets=["subnet-1"])
    balancer = made["LoadBalancers"][0]["LoadBalancerArn"]
    return Terraform(sandbox, tmp_path, cluster=cluster, load_balancer=balancer)


def test_a_balanced_and_scaled_pair_is_applied_without_drift(
    terraform: Terraform, aws: Aws, cluster: str
) -> None:
    terraform("init")
    terraform("apply", "-auto-approve")
    terraform("plan", "-detailed-exitcode")
    spot = described(aws, cluster, "spot")
    healthy_targets(aws, spot["loadBalancers"][0]["targetGroupArn"], spot["desiredCount"])
    [scaled] = targets(aws, cluster, "spot")
    assert (scaled["MinCapacity"], scaled["MaxCapacity"]) == (2, 6)

    suspend(aws, cluster, "spot")
    terraform("plan", "-detailed-exitcode")
    terraform("destroy", "-auto-approve")
    assert targets(aws, cluster, "spot") == []


def described(aws: Aws, cluster: str, service: str) -> dict[str, Any]:
    found: dict[str, Any] = aws.client("ecs", SPOKE).describe_services(cluster=cluster, services=[service])[
        "services"
    ][0]
    return found


def healthy_targets(aws: Aws, group: str, count: int) -> None:
    def healthy() -> bool:
        answer = aws.client("elbv2", SPOKE).describe_target_health(TargetGroupArn=group)
        states = [each["TargetHealth"]["State"] for each in answer["TargetHealthDescriptions"]]
        return states == ["healthy"] * count

    aws.control.wait_for(healthy, seconds=15, what=f"{count} healthy targets")


def targets(aws: Aws, cluster: str, service: str) -> list[dict[str, Any]]:
    scaling = aws.client("application-autoscaling", SPOKE)
    found: list[dict[str, Any]] = scaling.describe_scalable_targets(
        ServiceNamespace="ecs", ResourceIds=[f"service/{cluster}/{service}"]
    )["ScalableTargets"]
    return found


def suspend(aws: Aws, cluster: str, service: str) -> None:
    """Suspend scaling as a failover does: Terraform plans limits back, but not this."""
    aws.client("application-autoscaling", SPOKE).register_scalable_target(
        ServiceNamespace="ecs",
        ResourceId=f"service/{cluster}/{service}",
        ScalableDimension="ecs:service:DesiredCount",
        SuspendedState={"DynamicScalingInSuspended": True, "DynamicScalingOutSuspended": True},
    )
