# The tick: once a minute a message on the control queue makes observe ask for a survey of the whole fleet.

resource "aws_scheduler_schedule_group" "main" {
  name = local.name
  tags = local.tags
}

resource "aws_scheduler_schedule" "tick" {
  # checkov:skip=CKV_AWS_297: The input is the constant below; Scheduler encrypts it with its own key.
  name                = "${local.name}-tick"
  description         = "Makes the hub look at the whole fleet."
  group_name          = aws_scheduler_schedule_group.main.name
  schedule_expression = "rate(1 minute)"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = local.queue_arns["control"]
    role_arn = local.scheduler_role_arn
    input    = jsonencode({ source = "spot-failover.hub", detail-type = "Tick" })

    # A tick older than the next one is worth nothing.
    retry_policy {
      maximum_event_age_in_seconds = 60
      maximum_retry_attempts       = 2
    }

    dead_letter_config {
      arn = local.dead_letter_queue_arns["control"]
    }
  }

  depends_on = [
    aws_iam_role_policy.scheduler,
    aws_sqs_queue.main,
  ]
}

data "aws_iam_policy_document" "scheduler_trust" {
  statement {
    sid     = "RunForTheHubsOwnScheduleOnly"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["scheduler.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }

    # Scheduler names the group, never the schedule:
    # https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = ["arn:${local.partition}:scheduler:${local.region}:${local.account_id}:schedule-group/${local.name}"]
    }
  }
}

resource "aws_iam_role" "scheduler" {
  name                 = local.scheduler_role_name
  description          = "Sends the hub's tick."
  assume_role_policy   = data.aws_iam_policy_document.scheduler_trust.json
  permissions_boundary = var.permissions_boundary_arn
  tags                 = local.tags
}

data "aws_iam_policy_document" "scheduler" {
  statement {
    sid       = "SendTheTickOrKeepItWhereTheAlarmLooks"
    actions   = ["sqs:SendMessage"]
    resources = [local.queue_arns["control"], local.dead_letter_queue_arns["control"]]
  }
}

resource "aws_iam_role_policy" "scheduler" {
  name   = "scheduler"
  role   = aws_iam_role.scheduler.name
  policy = data.aws_iam_policy_document.scheduler.json
}
