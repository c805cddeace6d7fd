# A queue for each kind of message, each with its dead-letter queue. Policies are inline: the provider waits half a
# minute for every attribute that it sets in a resource of its own.

locals {
  # AWS asks for six times the function's timeout, so that a message is not seen twice while it is worked on. It is also
  # how long a crash locks the message's group, three minutes by default; other groups go on:
  # https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
  visibility_timeout_seconds = {
    for key, poller in local.pollers : key => 6 * var.functions[poller.function].timeout_seconds
  }
  fourteen_days = 14 * 24 * 60 * 60
  four_days     = 4 * 24 * 60 * 60

  # Which rules may send to a queue, or give up an event to its dead-letter queue.
  rules_by_queue = {
    for queue in keys(local.queue_names) : queue => [
      for rule, target in local.rules : "${local.rule_arn_base}/${local.name}-${rule}" if target == queue
    ]
  }
}

resource "aws_sqs_queue" "main" {
  for_each = local.queue_names

  name                        = each.value
  fifo_queue                  = endswith(each.value, ".fifo")
  content_based_deduplication = endswith(each.value, ".fifo") ? false : null
  deduplication_scope         = endswith(each.value, ".fifo") ? "messageGroup" : null
  fifo_throughput_limit       = endswith(each.value, ".fifo") ? "perMessageGroupId" : null
  message_retention_seconds   = local.four_days
  visibility_timeout_seconds  = local.visibility_timeout_seconds[each.key]
  sqs_managed_sse_enabled     = true
  policy                      = data.aws_iam_policy_document.queue[each.key].json
  tags                        = local.tags

  redrive_policy = jsonencode({
    deadLetterTargetArn = local.dead_letter_queue_arns[each.key]
    maxReceiveCount     = 5
  })

  depends_on = [aws_sqs_queue.dead_letter]
}

data "aws_iam_policy_document" "queue" {
  for_each = local.queue_names

  statement {
    sid       = "RefuseWhatIsNotEncryptedInTransit"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [local.queue_arns[each.key]]

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

  dynamic "statement" {
    for_each = length(local.rules_by_queue[each.key]) > 0 ? [local.rules_by_queue[each.key]] : []

    content {
      sid       = "TakeEventsOfTheHubsRules"
      actions   = ["sqs:SendMessage"]
      resources = [local.queue_arns[each.key]]

      principals {
        type        = "Service"
        identifiers = ["events.amazonaws.com"]
      }

      condition {
        test     = "ArnEquals"
        variable = "aws:SourceArn"
        values   = statement.value
      }
    }
  }
}

resource "aws_sqs_queue" "dead_letter" {
  for_each = local.dead_letter_queue_names

  name                        = each.value
  fifo_queue                  = endswith(each.value, ".fifo")
  content_based_deduplication = endswith(each.value, ".fifo") ? false : null
  deduplication_scope         = endswith(each.value, ".fifo") ? "messageGroup" : null
  fifo_throughput_limit       = endswith(each.value, ".fifo") ? "perMessageGroupId" : null
  message_retention_seconds   = local.fourteen_days
  sqs_managed_sse_enabled     = true
  policy                      = data.aws_iam_policy_document.dead_letter_queue[each.key].json
  tags                        = local.tags

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [local.queue_arns[each.key]]
  })
}

data "aws_iam_policy_document" "dead_letter_queue" {
  for_each = local.dead_letter_queue_names

  statement {
    sid       = "RefuseWhatIsNotEncryptedInTransit"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [local.dead_letter_queue_arns[each.key]]

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

  dynamic "statement" {
    for_each = length(local.rules_by_queue[each.key]) > 0 ? [local.rules_by_queue[each.key]] : []

    content {
      sid       = "KeepEventsThatTheHubsRulesCouldNotDeliver"
      actions   = ["sqs:SendMessage"]
      resources = [local.dead_letter_queue_arns[each.key]]

      principals {
        type        = "Service"
        identifiers = ["events.amazonaws.com"]
      }

      condition {
        test     = "ArnEquals"
        variable = "aws:SourceArn"
        values   = statement.value
      }
    }
  }
}
