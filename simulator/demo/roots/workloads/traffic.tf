# How requests reach shop/api, and how many tasks it has for them.

data "aws_vpc" "shop_frankfurt" {
  provider = aws.shop_frankfurt
  default  = true
}

resource "aws_lb_target_group" "api" {
  # checkov:skip=CKV_AWS_378: The listener decides about TLS towards the users; this is the way from the load balancer to the tasks.
  provider    = aws.shop_frankfurt
  name        = "api"
  port        = 80
  protocol    = "HTTP"
  target_type = "ip"
  vpc_id      = data.aws_vpc.shop_frankfurt.id

  # An interruption leaves two minutes: a task must have taken its leave before they are over.
  deregistration_delay = 100

  health_check {
    path     = "/"
    interval = 10
  }
}

resource "aws_lb_listener" "api" {
  # checkov:skip=CKV_AWS_2: There are no users here, and no certificate.
  # checkov:skip=CKV_AWS_103: There are no users here, and no certificate.
  provider          = aws.shop_frankfurt
  load_balancer_arn = var.load_balancer_arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.api.arn
  }
}

locals {
  # Of the listener, because ECS takes no target group that has none.
  api_target_group_arn = aws_lb_listener.api.default_action[0].target_group_arn
}

resource "aws_appautoscaling_target" "api" {
  provider           = aws.shop_frankfurt
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/${module.shop_frankfurt.cluster_name}/${module.shop_frankfurt.service_names["api"]}"
  min_capacity       = 3
  max_capacity       = 12
}

resource "aws_appautoscaling_policy" "api" {
  provider           = aws.shop_frankfurt
  name               = "cpu"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.api.service_namespace
  scalable_dimension = aws_appautoscaling_target.api.scalable_dimension
  resource_id        = aws_appautoscaling_target.api.resource_id

  target_tracking_scaling_policy_configuration {
    target_value = 60

    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}
