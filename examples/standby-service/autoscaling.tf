# Each service has a target of its own. While the hub holds the Spot service down it suspends that target's scaling and
# resumes it as it was, which is no change that a plan would see; the limits it never touches. At 0 tasks a target
# tracking policy has nothing to measure, so the standby stays at 0 until the hub raises it.

resource "aws_appautoscaling_target" "main" {
  for_each = local.names

  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/${aws_ecs_cluster.main.name}/${each.value}"
  min_capacity       = each.key == "standby" ? 0 : var.tasks.least
  max_capacity       = var.tasks.most

  depends_on = [
    aws_ecs_service.spot,
    aws_ecs_service.standby,
  ]
}

resource "aws_appautoscaling_policy" "cpu" {
  for_each = aws_appautoscaling_target.main

  name               = "cpu"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = each.value.service_namespace
  scalable_dimension = each.value.scalable_dimension
  resource_id        = each.value.resource_id

  target_tracking_scaling_policy_configuration {
    target_value = 60

    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}
