# What the two roles may do: the plan role reads what managed.tf names, the apply role reads and changes it. And the most
# that roles made by the apply role may do.

data "aws_iam_policy_document" "github" {
  for_each = local.role_names

  dynamic "statement" {
    for_each = {
      for sid, kind in local.managed : sid => merge(kind, {
        actions = each.key == "plan" ? kind.read : concat(kind.read, kind.change)
      }) if length(kind.resources) > 0 && length(each.key == "plan" ? kind.read : concat(kind.read, kind.change)) > 0
    }

    content {
      sid       = "${each.key == "plan" ? "Read" : "Manage"}${statement.key}"
      actions   = statement.value.actions
      resources = statement.value.resources

      dynamic "condition" {
        for_each = concat(statement.value.conditions, statement.value.regional ? [local.in_regions] : [])

        content {
          test     = condition.value.test
          variable = condition.value.variable
          values   = condition.value.values
        }
      }
    }
  }

  # Terraform lists workspaces, below "env:/". And whoever may not list is told of a state that is not there yet that it is
  # forbidden: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
  statement {
    sid       = "FindState"
    actions   = ["s3:ListBucket"]
    resources = ["arn:${local.partition}:s3:::${var.state.bucket}"]
  }

  # The lock is an object beside the state; plans of pull requests go without.
  statement {
    sid       = each.key == "plan" ? "ReadState" : "KeepAndLockState"
    actions   = each.key == "plan" ? ["s3:GetObject"] : ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
    resources = ["arn:${local.partition}:s3:::${var.state.bucket}/${var.state.key_prefix}*"]
  }
}

# Every action that a role of the modules has; which resources it is for, the roles' own policies say.
data "aws_iam_policy_document" "boundary" {
  statement {
    sid = "DoWhatRolesOfTheModulesDo"
    actions = concat(
      ["events:PutEvents"],
      local.hub ? [
        "dynamodb:DeleteItem",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Query",
        "dynamodb:UpdateItem",
        "kms:Decrypt",
        "kms:GenerateDataKey",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "sns:Publish",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:ReceiveMessage",
        "sqs:SendMessage",
      ] : [],
      local.spoke ? [
        "application-autoscaling:DescribeScalableTargets",
        "application-autoscaling:RegisterScalableTarget",
        "ecs:DescribeServices",
        "ecs:DescribeTaskDefinition",
        "ecs:DescribeTasks",
        "ecs:ListClusters",
        "ecs:ListServices",
        "ecs:ListTasks",
        "ecs:UpdateService",
        "elasticloadbalancing:DescribeTargetGroupAttributes",
        "elasticloadbalancing:DescribeTargetHealth",
        "servicequotas:GetServiceQuota",
        "ssm:GetParametersByPath",
      ] : [],
    )
    resources = ["*"]

    condition {
      test     = local.in_regions.test
      variable = local.in_regions.variable
      values   = local.in_regions.values
    }
  }

  dynamic "statement" {
    for_each = local.hub ? ["arn:${local.partition}:iam::*:role/${var.name_prefix}CentralSpotAutomationRole"] : []

    content {
      sid       = "ActInWorkloadAccounts"
      actions   = ["sts:AssumeRole"]
      resources = [statement.value]
    }
  }

  # Which of them, pass_role_arns of the spoke says.
  dynamic "statement" {
    for_each = local.spoke ? ["ecs-tasks.amazonaws.com"] : []

    content {
      sid       = "PassRolesOfTasksToEcs"
      actions   = ["iam:PassRole"]
      resources = ["*"]

      condition {
        test     = "StringEquals"
        variable = "iam:PassedToService"
        values   = [statement.value]
      }
    }
  }
}
