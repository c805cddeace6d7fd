# The role that forwards events to the hub's bus, as a target of the rules and of the heartbeat's schedule. The spoke in
# the account's first region makes it; every region attaches a policy of its own.

data "aws_iam_policy_document" "forwarding_trust" {
  statement {
    sid     = "ForwardForTheSpokesRulesOnly"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }

    # https://docs.aws.amazon.com/eventbridge/latest/userguide/cross-service-confused-deputy-prevention.html
    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:${local.partition}:events:*:${local.account_id}:rule/${local.name}-*"]
    }
  }

  statement {
    sid     = "BeatForTheSpokesSchedulesOnly"
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
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:${local.partition}:scheduler:*:${local.account_id}:schedule-group/${local.schedule_group_name}"]
    }
  }
}

resource "aws_iam_role" "forwarding" {
  count = var.account == null ? 1 : 0

  name                 = local.forwarding_role_name
  description          = "Puts events on the bus of the spot failover hub."
  assume_role_policy   = data.aws_iam_policy_document.forwarding_trust.json
  permissions_boundary = var.permissions_boundary_arn
  tags                 = local.tags
}

data "aws_iam_policy_document" "forwarding" {
  statement {
    sid       = "ForwardToTheHub"
    actions   = ["events:PutEvents"]
    resources = [var.hub.event_bus_arn]
  }

  statement {
    sid       = "PutTheHeartbeatOnTheOwnBus"
    actions   = ["events:PutEvents"]
    resources = [local.default_bus_arn]

    condition {
      test     = "StringEquals"
      variable = "events:source"
      values   = ["spot-failover.spoke"]
    }
  }
}

resource "aws_iam_role_policy" "forwarding" {
  name   = "${local.name}-${local.region}"
  role   = var.account == null ? aws_iam_role.forwarding[0].name : var.account.forwarding_role_name
  policy = data.aws_iam_policy_document.forwarding.json
}
