# What the functions may do. Only work can reach a workload account; observe, which reads what others sent, cannot, and
# console can change nothing anywhere.

data "aws_iam_policy_document" "function_trust" {
  statement {
    sid     = "RunAsLambdaFunctionOnly"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "function" {
  for_each = local.function_role_names

  name                 = each.value
  description          = local.function_descriptions[each.key]
  assume_role_policy   = data.aws_iam_policy_document.function_trust.json
  permissions_boundary = var.permissions_boundary_arn
  tags                 = local.tags
}

data "aws_iam_policy_document" "observe" {
  statement {
    sid = "TakeMessagesFromItsQueues"
    actions = [
      "sqs:DeleteMessage",
      "sqs:GetQueueAttributes",
      "sqs:ReceiveMessage",
    ]
    resources = [for key, poller in local.pollers : local.queue_arns[key] if poller.function == "observe"]
  }

  statement {
    sid       = "KeepWhatAnEventSays"
    actions   = ["dynamodb:PutItem"]
    resources = [local.evidence_table_arn]
  }

  statement {
    sid       = "FindTheFleetOnATick"
    actions   = ["dynamodb:Query"]
    resources = ["${local.state_table_arn}/index/parent"]
  }

  statement {
    sid       = "WakeWork"
    actions   = ["sqs:SendMessage"]
    resources = [local.queue_arns["work"]]
  }

  statement {
    sid       = "WriteItsOwnLog"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${local.log_group_arns["observe"]}:*"]
  }
}

resource "aws_iam_role_policy" "observe" {
  name   = "observe"
  role   = aws_iam_role.function["observe"].name
  policy = data.aws_iam_policy_document.observe.json
}

data "aws_iam_policy_document" "console" {
  statement {
    sid       = "ListTheFleet"
    actions   = ["dynamodb:Query"]
    resources = ["${local.state_table_arn}/index/parent"]
  }

  statement {
    sid       = "ReadCountsAndWhetherTheFleetIsFrozen"
    actions   = ["dynamodb:GetItem"]
    resources = [local.state_table_arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["fleet", "ledger::*"]
    }
  }

  statement {
    sid       = "WriteItsOwnLog"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${local.log_group_arns["console"]}:*"]
  }
}

resource "aws_iam_role_policy" "console" {
  name   = "console"
  role   = aws_iam_role.function["console"].name
  policy = data.aws_iam_policy_document.console.json
}

data "aws_iam_policy_document" "work" {
  statement {
    sid = "TakeMessagesFromItsQueue"
    actions = [
      "sqs:DeleteMessage",
      "sqs:GetQueueAttributes",
      "sqs:ReceiveMessage",
    ]
    resources = [local.queue_arns["work"]]
  }

  statement {
    sid       = "WakeServicesThatASurveyHasNewsOf"
    actions   = ["sqs:SendMessage"]
    resources = [local.queue_arns["work"]]
  }

  statement {
    sid       = "ReadEvidence"
    actions   = ["dynamodb:Query"]
    resources = [local.evidence_table_arn]
  }

  statement {
    sid       = "KeepWhatASurveySees"
    actions   = ["dynamodb:PutItem"]
    resources = [local.evidence_table_arn]
  }

  statement {
    sid = "KeepRecordsOfServicesAndSpokes"
    actions = [
      "dynamodb:DeleteItem",
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:UpdateItem",
    ]
    resources = [local.state_table_arn]
  }

  statement {
    sid       = "FindTheServicesOfOneAccountAndRegion"
    actions   = ["dynamodb:Query"]
    resources = ["${local.state_table_arn}/index/parent"]
  }

  # The role itself decides who may assume it; here only its name is known, and the accounts or the organization.
  statement {
    sid       = "ActInWorkloadAccounts"
    actions   = ["sts:AssumeRole"]
    resources = [for account in local.spoke_accounts : "arn:${local.partition}:iam::${account}:role/${local.spoke_role_name}"]

    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-resourceorgid
    dynamic "condition" {
      for_each = var.organization_id == null ? [] : [var.organization_id]

      content {
        # Only where AWS sends the key: which calls do is not documented, and without this role nothing works.
        test     = "StringEqualsIfExists"
        variable = "aws:ResourceOrgID"
        values   = [condition.value]
      }
    }
  }

  statement {
    sid       = "TellWhatWasDone"
    actions   = ["events:PutEvents"]
    resources = [local.event_bus_arn]
  }

  statement {
    sid       = "TellPeople"
    actions   = ["sns:Publish"]
    resources = [local.alert_topic_arn]
  }

  # https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
  dynamic "statement" {
    for_each = var.alerts.topic == null ? [local.alert_topic_name] : []

    content {
      sid       = "EncryptWhatItTellsPeople"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = ["arn:${local.partition}:kms:${local.region}:${local.account_id}:key/*"]

      # The key by its name: its id is not known before there is one, and plans should show what a role may do.
      condition {
        test     = "ForAnyValue:StringEquals"
        variable = "kms:ResourceAliases"
        values   = ["alias/${statement.value}"]
      }
    }
  }

  dynamic "statement" {
    for_each = var.alerts.topic == null ? [] : compact([var.alerts.topic.kms_key_arn])

    content {
      sid       = "EncryptWhatItTellsPeople"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [statement.value]
    }
  }

  statement {
    sid       = "WriteItsOwnLog"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${local.log_group_arns["work"]}:*"]
  }
}

locals {
  spoke_accounts = (
    length(var.workload_accounts) > 0
    ? sort(distinct(concat([local.account_id], tolist(var.workload_accounts))))
    : [var.organization_id == null ? local.account_id : "*"]
  )
}

resource "aws_iam_role_policy" "work" {
  name   = "work"
  role   = aws_iam_role.function["work"].name
  policy = data.aws_iam_policy_document.work.json
}
