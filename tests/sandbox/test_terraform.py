"""Terraform's own provider applies, sees no drift and destroys."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.sandbox import Sandbox
from tests.sandbox.acting import HUB, SPOKE, Aws
from tests.sandbox.terraforming import Terraform

CONFIGURATION = """
terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  alias      = "hub"
  access_key = "%(hub)s"
  secret_key = "sandbox"
}

resource "aws_ecs_task_definition" "app" {
  family                   = "terraform"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  container_definitions    = jsonencode([{ name = "app", image = "app:1", essential = true }])
}

resource "aws_ecs_service" "app" {
  name            = "api"
  cluster         = "%(cluster)s"
  task_definition = aws_ecs_task_definition.app.arn
  desired_count   = 2

  capacity_provider_strategy {
    capacity_provider = "FARGATE_SPOT"
    weight            = 1
  }

  network_configuration {
    subnets = ["subnet-1"]
  }

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  tags = {
    team = "shop"
  }
}

resource "aws_ssm_parameter" "registration" {
  name           = "/spot-failover/services/%(cluster)s/api"
  type           = "String"
  insecure_value = jsonencode({ schema = 1 })
  depends_on     = [aws_ecs_service.app]
}

resource "aws_cloudwatch_event_bus" "hub" {
  provider = aws.hub
  name     = "terraform"
}

data "aws_iam_policy_document" "bus" {
  provider = aws.hub

  statement {
    sid       = "Organization"
    actions   = ["events:PutEvents"]
    resources = [aws_cloudwatch_event_bus.hub.arn]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalOrgID"
      values   = ["o-sandbox000"]
    }
  }
}

resource "aws_cloudwatch_event_bus_policy" "hub" {
  provider       = aws.hub
  event_bus_name = aws_cloudwatch_event_bus.hub.name
  policy         = data.aws_iam_policy_document.bus.json
}

resource "aws_cloudwatch_event_permission" "spoke" {
  provider     = aws.hub
  principal    = "%(spoke)s"
  statement_id = "Spoke"
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  provider            = aws.hub
  alarm_name          = "terraform"
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = "observe" }
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
}
"""


@pytest.fixture
def terraform(sandbox: Sandbox, aws: Aws, tmp_path: Path) -> Terraform:
    names = {"hub": HUB, "spoke": SPOKE, "cluster": aws.cluster(SPOKE)}
    (tmp_path / "main.tf").write_text(CONFIGURATION % names)
    return Terraform(sandbox, tmp_path)


def test_apply_is_followed_by_an_empty_plan_and_a_clean_destroy(terraform: Terraform, aws: Aws) -> None:
    terraform("init")
    terraform("apply", "-auto-approve")
    terraform("plan", "-detailed-exitcode")
    running = {each["cluster"] for each in aws.control.services() if each["service"] == "api"}
    terraform("destroy", "-auto-approve")
    left = {each["cluster"] for each in aws.control.services() if each["service"] == "api"}
    assert len(running - left) == 1
