# A web service and a queue worker on Fargate Spot that lose nothing when they are interrupted, looked after by the hub.

data "aws_partition" "current" {}

# Any regional service would do: this names the region alike in providers 5 and 6.
data "aws_service" "logs" {
  service_id = "logs"
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

resource "aws_ecs_service" "web" {
  name                              = "${var.name}-web"
  cluster                           = aws_ecs_cluster.main.arn
  task_definition                   = aws_ecs_task_definition.main["web"].arn
  desired_count                     = 4
  health_check_grace_period_seconds = 60

  # The first tasks are always on-demand: whatever happens to Spot, somebody answers.
  capacity_provider_strategy {
    capacity_provider = "FARGATE"
    base              = 2
    weight            = 0
  }

  capacity_provider_strategy {
    capacity_provider = "FARGATE_SPOT"
    weight            = 1
  }

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.web.arn
    container_name   = "main"
    container_port   = local.port
  }

  network_configuration {
    subnets          = var.subnet_ids
    security_groups  = var.security_group_ids
    assign_public_ip = false
  }

  # Without this the next apply would end a failover in the middle of a drought.
  lifecycle {
    ignore_changes = [capacity_provider_strategy, desired_count]
  }

  depends_on = [
    aws_ecs_cluster_capacity_providers.main,
    aws_lb_listener_rule.web,
  ]
}

resource "aws_ecs_service" "worker" {
  name            = "${var.name}-worker"
  cluster         = aws_ecs_cluster.main.arn
  task_definition = aws_ecs_task_definition.main["worker"].arn
  desired_count   = 3

  capacity_provider_strategy {
    capacity_provider = "FARGATE"
    base              = 1
    weight            = 0
  }

  capacity_provider_strategy {
    capacity_provider = "FARGATE_SPOT"
    weight            = 1
  }

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    subnets          = var.subnet_ids
    security_groups  = var.security_group_ids
    assign_public_ip = false
  }

  lifecycle {
    ignore_changes = [capacity_provider_strategy, desired_count]
  }

  depends_on = [aws_ecs_cluster_capacity_providers.main]
}

module "protected" {
  source   = "../../modules/protected-service"
  for_each = { web = aws_ecs_service.web.name, worker = aws_ecs_service.worker.name }

  cluster_name             = aws_ecs_cluster.main.name
  service_name             = each.value
  mode                     = "switch"
  ignores_strategy_changes = true
}
