# The account's two roles: one for the hub's work function, one for forwarding. The spoke in the account's first region
# makes them; every region attaches to each a policy of its own.

data "aws_iam_policy_document" "spoke_trust" {
  # The condition names the role, not the principal: a principal would be stored as the role's id, which changes when
  # the hub is made anew, and would have to exist already.
  statement {
    sid     = "TrustTheHubsWorkFunctionOnly"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${local.partition}:iam::${element(split(":", var.hub.work_role_arn), 4)}:root"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:PrincipalArn"
      values   = [var.hub.work_role_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = [var.hub.external_id]
    }

    dynamic "condition" {
      for_each = var.hub.organization_id == null ? [] : [var.hub.organization_id]

      content {
        test     = "StringEquals"
        variable = "aws:PrincipalOrgID"
        values   = [condition.value]
      }
    }
  }
}

resource "aws_iam_role" "spoke" {
  count = var.account == null ? 1 : 0

  name                 = local.spoke_role_name
  description          = "Lets the spot failover hub look at ECS services and change where their tasks run."
  assume_role_policy   = data.aws_iam_policy_document.spoke_trust.json
  permissions_boundary = var.permissions_boundary_arn
  tags                 = local.tags
}

locals {
  every_service = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:service/*"

  # The values of one condition; none where no cluster is named.
  only_in_clusters = length(var.clusters) == 0 ? [] : [
    [for cluster in sort(var.clusters) : "arn:${local.partition}:ecs:${local.region}:${local.account_id}:cluster/${cluster}"],
  ]
}

data "aws_iam_policy_document" "spoke" {
  statement {
    sid       = "LookAtServices"
    actions   = ["ecs:DescribeServices"]
    resources = [local.every_service]

    dynamic "condition" {
      for_each = local.only_in_clusters

      content {
        test     = "ArnEquals"
        variable = "ecs:cluster"
        values   = condition.value
      }
    }
  }

  # Never with Execute Command switched on: that would be a way into the tasks.
  statement {
    sid       = "ChangeWhereTasksRun"
    actions   = ["ecs:UpdateService"]
    resources = [local.every_service]

    dynamic "condition" {
      for_each = local.only_in_clusters

      content {
        test     = "ArnEquals"
        variable = "ecs:cluster"
        values   = condition.value
      }
    }

    condition {
      test     = "StringNotEqualsIfExists"
      variable = "ecs:enable-execute-command"
      values   = ["true"]
    }
  }

  # Whoever may read a path may read all that is below it:
  # https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html
  statement {
    sid       = "ReadWhatIsRegistered"
    actions   = ["ssm:GetParametersByPath"]
    resources = ["arn:${local.partition}:ssm:${local.region}:${local.account_id}:parameter/spot-failover"]
  }

  dynamic "statement" {
    for_each = length(var.pass_role_arns) > 0 ? [var.pass_role_arns] : []

    content {
      sid       = "PassRolesOfTasksToEcs"
      actions   = ["iam:PassRole"]
      resources = sort(statement.value)

      condition {
        test     = "StringEquals"
        variable = "iam:PassedToService"
        values   = ["ecs-tasks.amazonaws.com"]
      }
    }
  }
}

resource "aws_iam_role_policy" "spoke" {
  name   = "${local.name}-${local.region}"
  role   = var.account == null ? aws_iam_role.spoke[0].name : var.account.spoke_role_name
  policy = data.aws_iam_policy_document.spoke.json
}

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
