# What a person must look at, each with what it means and what to do. Metrics of faults are sent while the fault lasts, so
# that their silence means health; the silence of observe, which a tick wakes every minute, means that nobody looks any
# more. All are plain metrics of the fleet, whatever metrics.detail is: one sick service is a Minimum or a Maximum there.

locals {
  thresholds = var.alerts.thresholds

  log_of = { for key, name in local.log_group_names : key => "The log group ${name} says" }

  # Metrics that the functions write themselves, by the end of their alarm's name.
  counted = {
    rejected-events = {
      metric      = "RejectedEvents"
      statistic   = "Sum"
      comparison  = "GreaterThanThreshold"
      threshold   = 0
      period      = 300
      periods     = 1
      description = "Events were forged or malformed and had no effect. The log groups ${local.log_group_names["observe"]} and ${local.log_group_names["work"]} say which, from which account, and why: look who sends them."
    }
    # One that fails is tried again; only what lasts needs a person.
    failed-passes = {
      metric      = "FailedPasses"
      statistic   = "Sum"
      comparison  = "GreaterThanThreshold"
      threshold   = 0
      period      = 300
      periods     = 3
      description = "Passes over services or surveys fail again and again: those services are not looked after. ${local.log_of["work"]} which and why; mend that, and the next minute goes on by itself."
    }
    failed-readings = {
      metric      = "FailedReadings"
      statistic   = "Sum"
      comparison  = "GreaterThanThreshold"
      threshold   = 0
      period      = 300
      periods     = 3
      description = "Services are looked after, but their health is not measured: the alarms for health, failovers and restores see nothing of them. ${local.log_of["work"]} which and why."
    }
    undelivered-messages = {
      metric      = "UndeliveredMessages"
      statistic   = "Sum"
      comparison  = "GreaterThanThreshold"
      threshold   = 0
      period      = 300
      periods     = 3
      description = "Services are looked after, but what is done is not told: the bus, the history or this topic do not take messages, which are kept and sent again. ${local.log_of["work"]} which and why: look at the policies of work's role, of the topic and of its key."
    }
    silent-spokes = {
      metric      = "SilentSpokes"
      statistic   = "Sum"
      comparison  = "GreaterThanThreshold"
      threshold   = 0
      period      = 3600
      periods     = 1
      description = "A spoke has not been heard of for two hours: its rules, role or heartbeat are gone or disabled, and interruptions there may go unseen. ${local.log_of["work"]} which account and region: apply workload-spoke there."
    }
    denied-spokes = {
      metric      = "DeniedSpokes"
      statistic   = "Sum"
      comparison  = "GreaterThanThreshold"
      threshold   = 0
      period      = 300
      periods     = 3
      description = "A workload account refuses the hub: the role ${local.spoke_role_name} is missing there, does not trust this hub, or lacks a permission. ${local.log_of["work"]} which account and action: apply workload-spoke there with this hub's output \"spoke\", and look for service control policies."
    }
    # Two periods of five minutes, minute by minute: the Minimum of five minutes would take a rollout or scale-out of two
    # minutes, whose tasks are pending, for sickness.
    spot-health-low = {
      metric      = "SpotHealthScore"
      statistic   = "Minimum"
      comparison  = "LessThanThreshold"
      threshold   = local.thresholds.health_score
      period      = 60
      periods     = 10
      description = "Spot has failed at least one service for ten minutes: its SpotHealthScore is below ${local.thresholds.health_score}. The dashboard's table says which. It is moved to on-demand capacity by itself; see that on-demand tasks run, and that nothing holds it (paused, dry run, blocked)."
    }
    failovers-too-frequent = {
      metric      = "FailoversOfOneServiceToday"
      statistic   = "Maximum"
      comparison  = "GreaterThanThreshold"
      threshold   = local.thresholds.failovers_a_day
      period      = 300
      periods     = 1
      description = "One service has failed over more than ${local.thresholds.failovers_a_day} times within a day. The dashboard's table says which. Give it more patience (restore.backoff_seconds), other subnets or a smaller task size, or an on-demand base."
    }
    restores-used-up = {
      metric      = "RestoresUsedUp"
      statistic   = "Maximum"
      comparison  = "GreaterThanThreshold"
      threshold   = 0
      period      = 300
      periods     = 1
      description = "A service stays on demand because all tries of the day to go back to Spot failed (restore.tries_per_day). The dashboard's table says which. It costs more and is safe; the next try comes by itself, a day after the first."
    }
  }

  # What a function's failures mean; those on queues get their messages again.
  function_failures = {
    console = "The dashboard's table is not shown; services are looked after all the same."
    observe = "Events wait in their queues and are tried again."
    work    = "The services it was at wait for three minutes, the others go on; messages are tried again."
  }
}

resource "aws_cloudwatch_metric_alarm" "dead_letter_queue" {
  for_each = local.dead_letter_queue_names

  alarm_name          = "${each.value}-not-empty"
  alarm_description   = "Messages that could not be worked on wait in ${each.value} for 14 days. Read one: its body and attributes, and the functions' logs, say why. Mend that, then redrive them: aws sqs start-message-move-task --source-arn ${local.dead_letter_queue_arns[each.key]} --destination-arn ${local.queue_arns[each.key]}. What is late does no harm: events count by their own time."
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

resource "aws_cloudwatch_metric_alarm" "queue_age" {
  for_each = local.queue_names

  alarm_name          = "${each.value}-old"
  alarm_description   = "Messages wait in ${each.value} for longer than ${local.thresholds.queue_age_seconds} s: Spot's failures are acted on late. See whether ${local.function_names[local.pollers[each.key].function]} fails or is throttled, or whether its maximum_concurrency is too low for the fleet."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateAgeOfOldestMessage"
  dimensions          = { QueueName = each.value }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 3
  comparison_operator = "GreaterThanThreshold"
  threshold           = local.thresholds.queue_age_seconds
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.alert_topic_arn]
  ok_actions          = [local.alert_topic_arn]
  tags                = local.tags
}

resource "aws_cloudwatch_metric_alarm" "function_errors" {
  for_each = local.function_names

  alarm_name          = "${each.value}-errors"
  alarm_description   = "The function ${each.value} crashed or ran out of time. ${local.function_failures[each.key]} ${local.log_of[each.key]} why."
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

# A throttle now and then is a burst, which the queues even out.
resource "aws_cloudwatch_metric_alarm" "function_throttles" {
  for_each = local.function_names

  alarm_name          = "${each.value}-throttles"
  alarm_description   = "Lambda has turned calls of ${each.value} away for ten minutes, for want of concurrency in this account and region. ${local.function_failures[each.key]} Ask for a higher quota of concurrent executions, or see which other function uses it up."
  namespace           = "AWS/Lambda"
  metric_name         = "Throttles"
  dimensions          = { FunctionName = each.value }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 2
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.alert_topic_arn]
  ok_actions          = [local.alert_topic_arn]
  tags                = local.tags
}

# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
resource "aws_cloudwatch_metric_alarm" "undelivered" {
  for_each = local.rules

  alarm_name          = "${local.name}-${each.key}-undelivered"
  alarm_description   = "The rule ${local.name}-${each.key} of the bus ${local.name} could not deliver events for good; they wait in ${local.dead_letter_queue_names[each.value]}, with the reason in their attributes. Look at the queue ${local.queue_names[each.value]} and its policy: was either deleted or changed by hand? Apply central-hub, then redrive."
  namespace           = "AWS/Events"
  metric_name         = "FailedInvocations"
  dimensions          = { EventBusName = local.name, RuleName = "${local.name}-${each.key}" }
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
  statistic           = each.value.statistic
  period              = each.value.period
  evaluation_periods  = each.value.periods
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.alert_topic_arn]
  ok_actions          = [local.alert_topic_arn]
  tags                = local.tags
}

# The dead-man's switch. Lambda sends no zero for a function that is not invoked, so nothing at all must raise it.
resource "aws_cloudwatch_metric_alarm" "hub_silent" {
  alarm_name          = "${local.name}-hub-silent"
  alarm_description   = "The hub has stopped looking at its services for ten minutes. See whether the schedule that ticks each minute, the control queue or the function ${local.function_names["observe"]} is disabled or gone, and apply central-hub. Services stay as they are meanwhile."
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
