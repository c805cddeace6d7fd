# A service on Fargate Spot behind a load balancer, and a standby on-demand behind the same: the hub moves the tasks
# from one to the other. Neither service's strategy ever changes.

# Any regional service would do: this names the region alike in providers 5 and 6.
data "aws_service" "logs" {
  service_id = "logs"
}

data "aws_partition" "current" {}

locals {
  names = {
    spot    = var.name
    standby = "${var.name}-on-demand"
  }
}

resource "aws_ecs_cluster" "main" {
  name = var.name

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_ecs_cluster_capacity_providers" "main" {
  cluster_name       = aws_ecs_cluster.main.name
  capacity_providers = ["FARGATE", "FARGATE_SPOT"]
}

resource "aws_ecs_service" "spot" {
  name                              = local.names.spot
  cluster                           = aws_ecs_cluster.main.arn
  task_definition                   = aws_ecs_task_definition.main.arn
  desired_count                     = var.tasks.least
  health_check_grace_period_seconds = 60

  capacity_provider_strategy {
    capacity_provider = "FARGATE_SPOT"
    weight            = 1
  }

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.main.arn
    container_name   = "main"
    container_port   = 8080
  }

  network_configuration {
    subnets          = var.subnet_ids
    security_groups  = var.security_group_ids
    assign_public_ip = false
  }

  # The hub and autoscaling set it. Without this the next apply would bring back tasks that Spot cannot place, or take
  # tasks away.
  lifecycle {
    ignore_changes = [desired_count]
  }

  depends_on = [
    aws_ecs_cluster_capacity_providers.main,
    aws_lb_listener_rule.main,
  ]
}

# The same network, the same target group, no Spot, and no task until it is needed.
resource "aws_ecs_service" "standby" {
  name                              = local.names.standby
  cluster                           = aws_ecs_cluster.main.arn
  task_definition                   = aws_ecs_task_definition.main.arn
  desired_count                     = 0
  health_check_grace_period_seconds = 60

  capacity_provider_strategy {
    capacity_provider = "FARGATE"
    weight            = 1
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.main.arn
    container_name   = "main"
    container_port   = 8080
  }

  network_configuration {
    subnets          = var.subnet_ids
    security_groups  = var.security_group_ids
    assign_public_ip = false
  }

  # The task definition too is the hub's: it follows what the Spot service last deployed with success.
  lifecycle {
    ignore_changes = [desired_count, task_definition]
  }

  depends_on = [
    aws_ecs_cluster_capacity_providers.main,
    aws_lb_listener_rule.main,
  ]
}

module "protected" {
  source = "../../modules/protected-service"

  cluster_name             = aws_ecs_cluster.main.name
  service_name             = aws_ecs_service.spot.name
  mode                     = "standby"
  standby                  = { service_name = aws_ecs_service.standby.name }
  ignores_strategy_changes = true
}
