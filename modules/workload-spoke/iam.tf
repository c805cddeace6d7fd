# The role that the hub's work function assumes. The spoke in the account's first region makes it; every region attaches
# a policy of its own.

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
  ecs_arn = "arn:${local.partition}:ecs:${local.region}:${local.account_id}"

  # What the hub may read of ECS, in the clusters named; the keys become the statements' sids.
  reads_in_clusters = {
    LookAtServices = { actions = ["ecs:DescribeServices"], resource = "${local.ecs_arn}:service/*" }
    LookAtTasks    = { actions = ["ecs:DescribeTasks"], resource = "${local.ecs_arn}:task/*" }

    # AWS asks for ListServices on "*", and for ListTasks too where no container instance is named. Services are listed
    # for a default policy only; it may be the hub's, of which nothing is known here.
    FindTasksAndServices = { actions = ["ecs:ListServices", "ecs:ListTasks"], resource = "*" }
  }

  # The values of one condition; none where no cluster is named.
  only_in_clusters = length(var.clusters) == 0 ? [] : [
    [for cluster in sort(var.clusters) : "${local.ecs_arn}:cluster/${cluster}"],
  ]
}

data "aws_iam_policy_document" "spoke" {
  dynamic "statement" {
    for_each = local.reads_in_clusters

    content {
      sid       = statement.key
      actions   = statement.value.actions
      resources = [statement.value.resource]

      dynamic "condition" {
        for_each = local.only_in_clusters

        content {
          test     = "ArnEquals"
          variable = "ecs:cluster"
          values   = condition.value
        }
      }

      dynamic "condition" {
        for_each = statement.value.resource == "*" ? [local.region] : []

        content {
          test     = "StringEquals"
          variable = "aws:RequestedRegion"
          values   = [condition.value]
        }
      }
    }
  }

  # None of these actions knows resources or conditions of its own. Clusters that are named need no search.
  statement {
    sid = "SeeWhatIsHealthyAndWhatScalesAService"
    actions = concat(
      [
        "application-autoscaling:DescribeScalableTargets",
        "ecs:DescribeTaskDefinition",
        "elasticloadbalancing:DescribeTargetGroupAttributes",
        "elasticloadbalancing:DescribeTargetHealth",
      ],
      length(var.clusters) == 0 ? ["ecs:ListClusters"] : [],
    )
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = [local.region]
    }
  }

  # Fargate's vCPUs on demand: what a failover of everything would have to fit into.
  statement {
    sid       = "SeeHowMuchMayRunOnDemand"
    actions   = ["servicequotas:GetServiceQuota"]
    resources = ["arn:${local.partition}:servicequotas:${local.region}:${local.account_id}:fargate/L-3032A538"]
  }

  # A target's ARN names no service, and no condition tells SuspendedState from the limits: the hub's own code keeps to
  # the services registered, and to the first.
  statement {
    sid       = "HoldBackAutoscalingDuringAFailover"
    actions   = ["application-autoscaling:RegisterScalableTarget"]
    resources = ["arn:${local.partition}:application-autoscaling:${local.region}:${local.account_id}:scalable-target/*"]

    condition {
      test     = "StringEquals"
      variable = "application-autoscaling:service-namespace"
      values   = ["ecs"]
    }

    condition {
      test     = "StringEquals"
      variable = "application-autoscaling:scalable-dimension"
      values   = ["ecs:service:DesiredCount"]
    }
  }

  # Never with Execute Command switched on: that would be a way into the tasks.
  statement {
    sid       = "ChangeWhereAndHowManyTasksRun"
    actions   = ["ecs:UpdateService"]
    resources = ["${local.ecs_arn}:service/*"]

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
