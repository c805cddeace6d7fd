# ECS services of one account and region on Fargate Spot, and the services on demand that stand by for some of them.

resource "aws_ecs_cluster" "main" {
  name = var.cluster_name

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_ecs_cluster_capacity_providers" "main" {
  cluster_name       = aws_ecs_cluster.main.name
  capacity_providers = ["FARGATE", "FARGATE_SPOT"]
}

resource "aws_ecs_task_definition" "main" {
  for_each = var.services

  family                   = each.key
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = each.value.cpu
  memory                   = 2 * each.value.cpu

  container_definitions = jsonencode([{
    name                   = "app"
    image                  = "public.ecr.aws/nginx/nginx:1.29"
    essential              = true
    stopTimeout            = 120
    readonlyRootFilesystem = true
    portMappings           = [{ containerPort = 80 }]
    healthCheck            = { command = ["CMD-SHELL", "curl --fail http://localhost/"] }
  }])
}

data "aws_subnets" "default" {
  filter {
    name   = "default-for-az"
    values = ["true"]
  }
}

resource "aws_ecs_service" "main" {
  for_each = var.services

  name            = each.key
  cluster         = aws_ecs_cluster.main.arn
  task_definition = aws_ecs_task_definition.main[each.key].arn
  desired_count   = each.value.desired_count

  capacity_provider_strategy {
    capacity_provider = "FARGATE_SPOT"
    weight            = 1
  }

  dynamic "capacity_provider_strategy" {
    for_each = each.value.on_demand_base > 0 ? [each.value.on_demand_base] : []

    content {
      capacity_provider = "FARGATE"
      base              = capacity_provider_strategy.value
      weight            = 0
    }
  }

  network_configuration {
    subnets = data.aws_subnets.default.ids
  }

  dynamic "load_balancer" {
    for_each = each.value.balanced[*]

    content {
      target_group_arn = load_balancer.value.target_group_arn
      container_name   = "app"
      container_port   = 80
    }
  }

  # What the hub changes while Spot is away must not be changed back by the next apply.
  lifecycle {
    ignore_changes = [capacity_provider_strategy, desired_count]
  }

  depends_on = [aws_ecs_cluster_capacity_providers.main]
}

# The same tasks in the same places on demand: none, until the hub asks for some.
resource "aws_ecs_service" "standby" {
  for_each = { for key, service in var.services : key => service if service.has_standby }

  name            = "${each.key}-on-demand"
  cluster         = aws_ecs_cluster.main.arn
  task_definition = aws_ecs_task_definition.main[each.key].arn
  desired_count   = 0

  capacity_provider_strategy {
    capacity_provider = "FARGATE"
    weight            = 1
  }

  network_configuration {
    subnets = data.aws_subnets.default.ids
  }

  dynamic "load_balancer" {
    for_each = each.value.balanced[*]

    content {
      target_group_arn = load_balancer.value.target_group_arn
      container_name   = "app"
      container_port   = 80
    }
  }

  lifecycle {
    ignore_changes = [desired_count, task_definition]
  }

  depends_on = [aws_ecs_cluster_capacity_providers.main]
}
