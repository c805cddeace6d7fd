# --- west: an account where every service on Spot is looked after, two of them with a standby ---

variable "load_balancer" {
  description = "ARN of a load balancer in the account west."
  type        = string
}

locals {
  pairs = {
    # Behind a load balancer, and scaled. Of different sizes, services have Spot capacity of their own.
    api = {
      mode     = "standby"
      cpu      = 1024
      tasks    = 4
      reserve  = 0
      balanced = true
    }
    # Takes its work from a queue.
    worker = {
      mode     = "backfill"
      cpu      = 512
      tasks    = 5
      reserve  = 1
      balanced = false
    }
  }
  balanced = { for name, pair in local.pairs : name => pair if pair.balanced }
}

module "spoke_west" {
  source    = "../../../../modules/workload-spoke"
  providers = { aws = aws.west }

  hub            = var.hub
  pass_role_arns = ["arn:aws:iam::555555555555:role/task-execution"]

  default_policy = {
    exclude = ["shop/spared-*"]

    # Long enough that nothing but a drain brings a service home.
    restore = {
      interval_seconds = 1
      window_seconds   = 5
      backoff_seconds  = 3600
    }
  }
}

resource "aws_iam_role" "task_execution" {
  provider = aws.west
  name     = "task-execution"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_ecs_cluster" "west" {
  provider = aws.west
  name     = "shop"

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_ecs_cluster_capacity_providers" "west" {
  provider           = aws.west
  cluster_name       = aws_ecs_cluster.west.name
  capacity_providers = ["FARGATE", "FARGATE_SPOT"]
}

resource "aws_lb_target_group" "west" {
  # checkov:skip=CKV_AWS_378: No request ever comes.
  provider    = aws.west
  for_each    = local.balanced
  name        = each.key
  port        = 80
  protocol    = "HTTP"
  target_type = "ip"
  vpc_id      = "vpc-1"

  deregistration_delay = 60

  health_check {
    path     = "/health"
    interval = 10
  }
}

resource "aws_lb_listener" "west" {
  # checkov:skip=CKV_AWS_2: No request ever comes.
  # checkov:skip=CKV_AWS_103: No request ever comes.
  provider          = aws.west
  for_each          = local.balanced
  load_balancer_arn = var.load_balancer
  port              = 80
  protocol          = "HTTP"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.west[each.key].arn
  }
}

resource "aws_ecs_task_definition" "west" {
  provider                 = aws.west
  for_each                 = local.pairs
  family                   = each.key
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = each.value.cpu
  memory                   = each.value.cpu * 2
  execution_role_arn       = aws_iam_role.task_execution.arn

  container_definitions = jsonencode([merge(
    {
      name      = "app"
      image     = "app:1"
      essential = true
    },
    each.value.balanced ? { portMappings = [{ containerPort = 80 }] } : {},
    each.value.balanced ? {} : { healthCheck = { command = ["CMD", "true"] } },
  )])
}

resource "aws_ecs_service" "spot" {
  provider        = aws.west
  for_each        = local.pairs
  name            = each.key
  cluster         = aws_ecs_cluster.west.name
  task_definition = aws_ecs_task_definition.west[each.key].arn
  desired_count   = each.value.tasks

  capacity_provider_strategy {
    capacity_provider = "FARGATE_SPOT"
    weight            = 1
  }

  network_configuration {
    subnets = ["subnet-1", "subnet-2"]
  }

  dynamic "load_balancer" {
    for_each = each.value.balanced ? [aws_lb_target_group.west[each.key].arn] : []

    content {
      target_group_arn = load_balancer.value
      container_name   = "app"
      container_port   = 80
    }
  }

  lifecycle {
    ignore_changes = [desired_count, task_definition]
  }

  depends_on = [
    aws_ecs_cluster_capacity_providers.west,
    aws_lb_listener.west,
  ]
}

resource "aws_ecs_service" "standby" {
  provider        = aws.west
  for_each        = local.pairs
  name            = "${each.key}-on-demand"
  cluster         = aws_ecs_cluster.west.name
  task_definition = aws_ecs_task_definition.west[each.key].arn
  desired_count   = each.value.reserve

  capacity_provider_strategy {
    capacity_provider = "FARGATE"
    weight            = 1
  }

  network_configuration {
    subnets = ["subnet-1", "subnet-2"]
  }

  dynamic "load_balancer" {
    for_each = each.value.balanced ? [aws_lb_target_group.west[each.key].arn] : []

    content {
      target_group_arn = load_balancer.value
      container_name   = "app"
      container_port   = 80
    }
  }

  lifecycle {
    ignore_changes = [desired_count, task_definition]
  }

  depends_on = [
    aws_ecs_cluster_capacity_providers.west,
    aws_lb_listener.west,
  ]
}

resource "aws_appautoscaling_target" "api" {
  provider = aws.west
  for_each = {
    spot    = { service = aws_ecs_service.spot["api"].name, least = 2 }
    standby = { service = aws_ecs_service.standby["api"].name, least = 0 }
  }

  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/shop/${each.value.service}"
  min_capacity       = each.value.least
  max_capacity       = 6

  # What the owner suspended stays so.
  suspended_state {
    scheduled_scaling_suspended = true
  }
}

resource "aws_appautoscaling_policy" "api" {
  provider           = aws.west
  name               = "cpu"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.api["spot"].service_namespace
  scalable_dimension = aws_appautoscaling_target.api["spot"].scalable_dimension
  resource_id        = aws_appautoscaling_target.api["spot"].resource_id

  target_tracking_scaling_policy_configuration {
    target_value = 60

    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}

module "registered_west" {
  source    = "../../../../modules/protected-service"
  providers = { aws = aws.west }
  for_each  = local.pairs

  cluster_name             = "shop"
  service_name             = aws_ecs_service.spot[each.key].name
  mode                     = each.value.mode
  ignores_strategy_changes = true
  thresholds               = { window_seconds = 10 }
  restore                  = merge(local.restore, { interval_seconds = 1, canary_percent = 25, min_samples = 1 })

  standby = {
    service_name = aws_ecs_service.standby[each.key].name
    reserve      = each.value.reserve
  }

  depends_on = [module.spoke_west]
}
