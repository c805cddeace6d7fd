# The bus that spokes forward to, who may forward, what happens to an event, and the archive of all of them.

resource "aws_cloudwatch_event_bus" "main" {
  name        = local.name
  description = "Events of ECS services on Fargate Spot, forwarded by the workload accounts, and the audit events of the hub."
  tags        = local.tags
}

data "aws_iam_policy_document" "event_bus" {
  # Without an organization and without accounts there is no statement: only the hub's own account gets in.
  statement {
    sid       = "TakeForwardedEventsOfTheFleet"
    actions   = ["events:PutEvents"]
    resources = [local.event_bus_arn]

    principals {
      type = "AWS"
      identifiers = (
        length(var.workload_accounts) == 0
        ? ["*"]
        : [for account in sort(var.workload_accounts) : "arn:${local.partition}:iam::${account}:root"]
      )
    }

    dynamic "condition" {
      for_each = var.organization_id == null ? [] : [var.organization_id]

      content {
        test     = "StringEquals"
        variable = "aws:PrincipalOrgID"
        values   = [condition.value]
      }
    }

    # An event that a rule forwards keeps its true account and region; one that someone puts directly says what it likes.
    condition {
      test     = "Bool"
      variable = "events:eventBusInvocation"
      values   = ["true"]
    }
  }
}

resource "aws_cloudwatch_event_bus_policy" "main" {
  count = var.organization_id != null || length(var.workload_accounts) > 0 ? 1 : 0

  event_bus_name = aws_cloudwatch_event_bus.main.name
  policy         = data.aws_iam_policy_document.event_bus.json
}

locals {
  # The keys are the names of the files in event-patterns; each rule delivers into one queue.
  rules = merge(
    {
      placement-failure = "placement_failure"
      interruption      = "interruption"
      control           = "control"
      command           = "control"
    },
    var.allow_drills ? {
      placement-failure-drill = "placement_failure"
      interruption-drill      = "interruption"
    } : {},
  )
  rule_descriptions = {
    placement-failure       = "ECS could not place tasks of a service."
    interruption            = "A Spot task was interrupted, started, or failed to start."
    control                 = "A registration changed, or a spoke is alive."
    command                 = "An operator of this account pauses, freezes, fails over or restores."
    placement-failure-drill = "A rehearsed placement failure."
    interruption-drill      = "A rehearsed interruption."
  }
}

resource "aws_cloudwatch_event_rule" "delivery" {
  for_each = local.rules

  name           = "${local.name}-${each.key}"
  description    = local.rule_descriptions[each.key]
  event_bus_name = aws_cloudwatch_event_bus.main.name
  tags           = local.tags

  # Whoever may forward events can name any source, but not this account.
  event_pattern = (
    each.key == "command"
    ? jsonencode(merge(jsondecode(file("${path.module}/event-patterns/command.json")), { account = [local.account_id] }))
    : file("${path.module}/event-patterns/${each.key}.json")
  )
}

resource "aws_cloudwatch_event_target" "delivery" {
  for_each = local.rules

  rule           = aws_cloudwatch_event_rule.delivery[each.key].name
  event_bus_name = aws_cloudwatch_event_bus.main.name
  target_id      = "queue"
  arn            = local.queue_arns[each.value]

  # A lost permission skips all retries: the event waits where the alarm looks.
  dead_letter_config {
    arn = local.dead_letter_queue_arns[each.value]
  }

  depends_on = [aws_sqs_queue.main]
}

resource "aws_cloudwatch_event_archive" "main" {
  name             = local.name
  description      = "Every event on the bus ${local.name}: what was forwarded and what the hub did."
  event_source_arn = aws_cloudwatch_event_bus.main.arn
  retention_days   = var.archive_days
}
