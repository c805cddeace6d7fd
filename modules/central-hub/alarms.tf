# What a person must look at. Metrics of faults are sent while the fault lasts, so that their silence means health; the
# silence of observe, which a tick wakes every minute, means that nobody looks any more.

locals {
  # Metrics that the functions count themselves, by the end of their alarm's name.
  counted = {
    rejected-events = {
      metric      = "RejectedEvents"
      period      = 300
      periods     = 1
      description = "Events were forged or malformed and had no effect. The log groups ${join(" and ", values(local.log_group_names))} say which and why."
    }
    # One that fails is tried again; only what lasts needs a person.
    failed-passes = {
      metric      = "FailedPasses"
      period      = 300
      periods     = 3
      description = "Passes over services or surveys fail again and again. The log group ${local.log_group_names["work"]} says which and why."
    }
    silent-spokes = {
      metric      = "SilentSpokes"
      period      = 3600
      periods     = 1
      description = "A spoke has not been heard of for two hours: its rules, role or heartbeat are gone or disabled. The log group ${local.log_group_names["work"]} says which account and region."
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "dead_letter_queue" {
  for_each = local.dead_letter_queue_names

  alarm_name          = "${each.value}-not-empty"
  alarm_description   = "Messages that could not be worked on wait in ${each.value}. Read one, mend its cause, then redrive the queue."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = each.value }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.alert_topic_arn]
  ok_actions          = [local.alert_topic_arn]
  tags                = local.tags
}

resource "aws_cloudwatch_metric_alarm" "function_errors" {
  for_each = local.function_names

  alarm_name          = "${each.value}-errors"
  alarm_description   = "The function ${each.value} crashed or ran out of time. Its log group ${local.log_group_names[each.key]} says why; its messages are tried again."
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = each.value }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.alert_topic_arn]
  ok_actions          = [local.alert_topic_arn]
  tags                = local.tags
}

resource "aws_cloudwatch_metric_alarm" "counted" {
  for_each = local.counted

  alarm_name          = "${local.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = var.metrics.namespace
  metric_name         = each.value.metric
  dimensions          = { service = local.name }
  statistic           = "Sum"
  period              = each.value.period
  evaluation_periods  = each.value.periods
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.alert_topic_arn]
  ok_actions          = [local.alert_topic_arn]
  tags                = local.tags
}

# The dead-man's switch. Lambda sends no zero for a function that is not invoked, so nothing at all must raise it.
resource "aws_cloudwatch_metric_alarm" "hub_silent" {
  alarm_name          = "${local.name}-hub-silent"
  alarm_description   = "The hub has stopped looking at its services: the schedule, the control queue or the function ${local.function_names["observe"]} does not run."
  namespace           = "AWS/Lambda"
  metric_name         = "Invocations"
  dimensions          = { FunctionName = local.function_names["observe"] }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 2
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  treat_missing_data  = "breaching"
  alarm_actions       = [local.alert_topic_arn]
  ok_actions          = [local.alert_topic_arn]
  tags                = local.tags
}
