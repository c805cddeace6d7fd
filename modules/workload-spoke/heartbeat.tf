# Once an hour an event takes the same way as every other: rule, role, hub's bus. Where it stays out, so would they.

resource "aws_scheduler_schedule_group" "main" {
  name = local.schedule_group_name
  tags = local.tags
}

resource "aws_scheduler_schedule" "heartbeat" {
  # checkov:skip=CKV_AWS_297: The input is the constant below; Scheduler encrypts it with its own key.
  name                = "${local.name}-heartbeat"
  description         = "Tells the hub that this account and region is alive."
  group_name          = aws_scheduler_schedule_group.main.name
  schedule_expression = "rate(1 hour)"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = local.default_bus_arn
    role_arn = local.forwarding_role_arn
    input    = jsonencode({ contract = 1 })

    eventbridge_parameters {
      source      = "spot-failover.spoke"
      detail_type = "Heartbeat"
    }

    retry_policy {
      maximum_event_age_in_seconds = 900
      maximum_retry_attempts       = 10
    }
  }

  depends_on = [aws_iam_role_policy.forwarding]
}
