# Workers on Fargate Spot that take from a queue, and a standby on-demand that makes up for those that Spot lacks, task
# by task: from the two minutes' notice on, until Spot has them back.

# Any regional service would do: this names the region alike in providers 5 and 6.
data "aws_service" "logs" {
  service_id = "logs"
}

data "aws_partition" "current" {}

resource "aws_sqs_queue" "main" {
  name                       = var.name
  visibility_timeout_seconds = 300
  sqs_managed_sse_enabled    = true
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
  name            = var.name
  cluster         = aws_ecs_cluster.main.arn
  task_definition = aws_ecs_task_definition.main.arn
  desired_count   = var.desired_count

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

  # Yours and autoscaling's to change, not Terraform's: an apply in the middle of a drought must not take tasks away.
  lifecycle {
    ignore_changes = [desired_count]
  }

  depends_on = [aws_ecs_cluster_capacity_providers.main]
}

# The hub raises it to the reserve at once, and to more when Spot lacks tasks. It must have no autoscaling of its own.
resource "aws_ecs_service" "standby" {
  name            = "${var.name}-on-demand"
  cluster         = aws_ecs_cluster.main.arn
  task_definition = aws_ecs_task_definition.main.arn
  desired_count   = 0

  capacity_provider_strategy {
    capacity_provider = "FARGATE"
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

  # The hub sets it. Without this the next apply would stop every task that makes up for Spot.
  lifecycle {
    ignore_changes = [desired_count]
  }

  depends_on = [aws_ecs_cluster_capacity_providers.main]
}

module "protected" {
  source = "../../modules/protected-service"

  cluster_name             = aws_ecs_cluster.main.name
  service_name             = aws_ecs_service.spot.name
  mode                     = "backfill"
  ignores_strategy_changes = true

  # With a reserve the standby is never without tasks, so there is no time to give it another task definition unseen:
  # here Terraform deploys both services.
  standby = {
    service_name           = aws_ecs_service.standby.name
    reserve                = var.reserve
    follow_task_definition = false
  }
}
