resource "aws_lb_target_group" "web" {
  # checkov:skip=CKV_AWS_378: The listener decides about TLS towards the users; this is the way from the load balancer to the tasks.
  name                 = "${var.name}-web"
  target_type          = "ip"
  port                 = local.port
  protocol             = "HTTP"
  vpc_id               = var.vpc_id
  deregistration_delay = local.deregistration_delay_seconds

  health_check {
    path                = "/readyz"
    interval            = local.health_check_interval_seconds
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = local.health_check_failures
  }

  lifecycle {
    precondition {
      condition     = local.drain_seconds + local.longest_request_seconds <= 110 && local.deregistration_delay_seconds <= 110
      error_message = "A task could not answer its last request before an interruption ends it. Shorten the health check's interval, or the longest request."
    }
  }
}

resource "aws_lb_listener_rule" "web" {
  listener_arn = var.listener_arn

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }

  condition {
    host_header {
      values = [var.host_name]
    }
  }
}
