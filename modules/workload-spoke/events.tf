# The rules that forward events to the hub's bus, and the queue for events that could not be forwarded.

locals {
  # The keys are the names of the files in event-patterns.
  rule_descriptions = {
    spot-interruption      = "A Spot task was interrupted."
    spot-task-started      = "A Spot task runs."
    spot-task-start-failed = "A Spot task failed to start."
    spot-placement-failure = "ECS found no Spot capacity for a service."
    on-demand-shortage     = "ECS found no on-demand capacity for a service."
    registration           = "A service was registered, changed or withdrawn."
    heartbeat              = "The spoke is alive."
  }
}

resource "aws_cloudwatch_event_rule" "forwarding" {
  for_each = local.rule_descriptions

  name          = "${local.name}-${each.key}"
  description   = "Forwards to the hub: ${each.value}"
  event_pattern = file("${path.module}/event-patterns/${each.key}.json")
  tags          = local.tags
}

resource "aws_cloudwatch_event_target" "forwarding" {
  for_each = local.rule_descriptions

  rule      = aws_cloudwatch_event_rule.forwarding[each.key].name
  target_id = "hub"
  arn       = var.hub.event_bus_arn
  role_arn  = local.forwarding_role_arn

  dead_letter_config {
    arn = local.dead_letter_queue_arn
  }

  depends_on = [
    aws_iam_role_policy.forwarding,
    aws_sqs_queue.dead_letter,
  ]
}

resource "aws_cloudwatch_event_rule" "drill" {
  count = var.hub.drills ? 1 : 0

  name          = "${local.name}-drill"
  description   = "Forwards to the hub: A rehearsed event of ECS."
  event_pattern = file("${path.module}/event-patterns/drill.json")
  tags          = local.tags
}

resource "aws_cloudwatch_event_target" "drill" {
  count = var.hub.drills ? 1 : 0

  rule      = aws_cloudwatch_event_rule.drill[0].name
  target_id = "hub"
  arn       = var.hub.event_bus_arn
  role_arn  = local.forwarding_role_arn

  dead_letter_config {
    arn = local.dead_letter_queue_arn
  }

  depends_on = [
    aws_iam_role_policy.forwarding,
    aws_sqs_queue.dead_letter,
  ]
}

resource "aws_sqs_queue" "dead_letter" {
  name                      = local.dead_letter_queue_name
  message_retention_seconds = 14 * 24 * 60 * 60
  sqs_managed_sse_enabled   = true
  policy                    = data.aws_iam_policy_document.dead_letter_queue.json
  tags                      = local.tags
}

data "aws_iam_policy_document" "dead_letter_queue" {
  statement {
    sid       = "RefuseWhatIsNotEncryptedInTransit"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [local.dead_letter_queue_arn]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }

  statement {
    sid       = "KeepEventsThatTheSpokesRulesCouldNotForward"
    actions   = ["sqs:SendMessage"]
    resources = [local.dead_letter_queue_arn]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = values(local.rule_arns)
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "dead_letter_queue" {
  count = length(var.alarm_actions) > 0 ? 1 : 0

  alarm_name          = "${local.dead_letter_queue_name}-not-empty"
  alarm_description   = "Events that could not be forwarded to ${var.hub.event_bus_arn} wait in ${local.dead_letter_queue_name}: the hub hears late of Spot's failures here, by its own look each minute. The attributes of a message say why. Apply workload-spoke with the hub's output \"spoke\"; then purge the queue, for what is in it is history: aws sqs purge-queue --queue-url followed by the queue's URL."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = local.dead_letter_queue_name }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_actions
  ok_actions          = var.alarm_actions
  tags                = local.tags
}
