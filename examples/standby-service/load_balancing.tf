# The one target group of both services, on a listener that is there already.

resource "aws_lb_target_group" "main" {
  # checkov:skip=CKV_AWS_378: The listener decides about TLS towards the users; this is the way from the load balancer to the tasks.
  name        = var.name
  target_type = "ip"
  port        = 8080
  protocol    = "HTTP"
  vpc_id      = var.vpc_id

  # An interruption leaves two minutes: a task must have taken its leave before they are over.
  deregistration_delay = 100

  health_check {
    path                = "/"
    interval            = 30
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }
}

resource "aws_lb_listener_rule" "main" {
  listener_arn = var.listener_arn

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.main.arn
  }

  condition {
    host_header {
      values = [var.host_name]
    }
  }
}
