# Stands in for terraform-aws-modules/ecs/aws//modules/service, which cannot be had offline: the inputs and outputs that
# examples/ecs-module uses, with that module's names, types and defaults, and a service that ignores what its does.

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100"
    }
  }
}

resource "aws_ecs_service" "this" {
  name                               = var.name
  cluster                            = var.cluster_arn
  desired_count                      = var.desired_count
  task_definition                    = var.create_task_definition ? aws_ecs_task_definition.this[0].arn : var.task_definition_arn
  deployment_minimum_healthy_percent = var.deployment_minimum_healthy_percent
  force_new_deployment               = true

  dynamic "capacity_provider_strategy" {
    for_each = var.capacity_provider_strategy

    content {
      capacity_provider = capacity_provider_strategy.value.capacity_provider
      base              = capacity_provider_strategy.value.base
      weight            = capacity_provider_strategy.value.weight
    }
  }

  dynamic "load_balancer" {
    for_each = var.load_balancer

    content {
      target_group_arn = load_balancer.value.target_group_arn
      container_name   = load_balancer.value.container_name
      container_port   = load_balancer.value.container_port
    }
  }

  network_configuration {
    security_groups = concat(var.create_security_group ? ["sg-its-own"] : [], var.security_group_ids)
    subnets         = var.subnet_ids
  }

  lifecycle {
    ignore_changes = [desired_count]
  }
}

resource "aws_ecs_task_definition" "this" {
  count = var.create_task_definition ? 1 : 0

  family                   = var.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.cpu
  memory                   = var.memory
  container_definitions    = jsonencode([for name, container in var.container_definitions : merge({ name = name }, container)])
}

resource "aws_appautoscaling_target" "this" {
  count = var.enable_autoscaling ? 1 : 0

  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/${element(split("/", var.cluster_arn), 1)}/${aws_ecs_service.this.name}"
  min_capacity       = min(var.autoscaling_min_capacity, var.desired_count)
  max_capacity       = max(var.autoscaling_max_capacity, var.desired_count)
}

output "name" {
  description = "Name of the service."
  value       = aws_ecs_service.this.name
}

output "task_definition_arn" {
  description = "The task definition that the module made; null where it made none."
  value       = try(aws_ecs_task_definition.this[0].arn, null)
}

output "seen" {
  description = "What the tests look at; not the module's."
  value = {
    desired_count   = aws_ecs_service.this.desired_count
    providers       = [for item in aws_ecs_service.this.capacity_provider_strategy : item.capacity_provider]
    security_groups = one(aws_ecs_service.this.network_configuration).security_groups
    limits          = [for target in aws_appautoscaling_target.this : [target.min_capacity, target.max_capacity]]
    roles           = [var.create_task_exec_iam_role, var.create_tasks_iam_role]
    containers      = [for definition in aws_ecs_task_definition.this : jsondecode(definition.container_definitions)]
  }
}
