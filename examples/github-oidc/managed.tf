# What the modules make in this account, by kind: the calls of Terraform's AWS provider, on the names that the modules give
# (change them where you set the hub's "names"). The keys are the statements' sids; a kind without resources is not here.

locals {
  hub   = contains(var.manages, "hub")
  spoke = contains(var.manages, "spoke")

  # Whatever the region: one condition for all of them is shorter than each ARN once a region.
  arns = {
    for service in ["cloudwatch", "dynamodb", "events", "kms", "lambda", "logs", "scheduler", "sns", "sqs", "ssm"] :
    service => "arn:${local.partition}:${service}:*:${local.account_id}"
  }
  in_regions = { test = "StringEquals", variable = "aws:RequestedRegion", values = sort(var.regions) }

  managed = merge(local.managed_in_regions, local.managed_functions, local.managed_keys, local.managed_chat, local.managed_roles)

  managed_in_regions = {
    for sid, kind in {
      Events = {
        resources = concat(
          local.hub ? [for name in ["event-bus/${local.name}", "archive/${local.name}", "rule/${local.name}/*"] : "${local.arns.events}:${name}"] : [],
          local.spoke ? ["${local.arns.events}:rule/${local.name}-*"] : [],
        )
        read = concat(
          ["events:DescribeRule", "events:ListTagsForResource", "events:ListTargetsByRule"],
          local.hub ? ["events:DescribeArchive", "events:DescribeEventBus"] : [],
        )
        change = concat(
          ["events:DeleteRule", "events:PutRule", "events:PutTargets", "events:RemoveTargets", "events:TagResource", "events:UntagResource"],
          local.hub ? ["events:CreateArchive", "events:DeleteArchive", "events:UpdateArchive"] : [],
          local.hub ? ["events:CreateEventBus", "events:DeleteEventBus", "events:UpdateEventBus"] : [],
        )
      }

      Schedules = {
        resources = flatten([
          for group in concat(local.hub ? [local.name] : [], local.spoke ? ["${local.name}-spoke"] : []) :
          ["${local.arns.scheduler}:schedule-group/${group}", "${local.arns.scheduler}:schedule/${group}/*"]
        ])
        read = ["scheduler:GetSchedule", "scheduler:GetScheduleGroup", "scheduler:ListTagsForResource"]
        change = [
          "scheduler:CreateSchedule", "scheduler:DeleteSchedule", "scheduler:UpdateSchedule",
          "scheduler:CreateScheduleGroup", "scheduler:DeleteScheduleGroup",
          "scheduler:TagResource", "scheduler:UntagResource",
        ]
      }

      Queues = {
        resources = concat(
          ["${local.arns.sqs}:${local.name}-*"],
          local.hub ? ["${local.arns.sqs}:${var.name_prefix}fargate-spot-*"] : [],
        )
        read   = ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueueTags"]
        change = ["sqs:CreateQueue", "sqs:DeleteQueue", "sqs:SetQueueAttributes", "sqs:TagQueue", "sqs:UntagQueue"]
      }

      Alarms = {
        resources = concat(
          ["${local.arns.cloudwatch}:alarm:${local.name}-*"],
          local.hub ? ["${local.arns.cloudwatch}:alarm:${var.name_prefix}fargate-spot-*"] : [],
        )
        read   = ["cloudwatch:DescribeAlarms", "cloudwatch:ListTagsForResource"]
        change = ["cloudwatch:DeleteAlarms", "cloudwatch:PutMetricAlarm", "cloudwatch:TagResource", "cloudwatch:UntagResource"]
      }

      Dashboards = {
        resources = local.hub ? ["arn:${local.partition}:cloudwatch::${local.account_id}:dashboard/${local.name}-*"] : []
        read      = ["cloudwatch:GetDashboard"]
        change    = ["cloudwatch:DeleteDashboards", "cloudwatch:PutDashboard"]
      }

      Tables = {
        resources = local.hub ? [for name in ["${var.name_prefix}ecs_cp_restore_state", "${local.name}-*"] : "${local.arns.dynamodb}:table/${name}"] : []
        read = [
          "dynamodb:DescribeContinuousBackups", "dynamodb:DescribeTable", "dynamodb:DescribeTimeToLive",
          "dynamodb:ListTagsOfResource",
        ]
        change = [
          "dynamodb:CreateTable", "dynamodb:DeleteTable", "dynamodb:UpdateTable", "dynamodb:UpdateContinuousBackups",
          "dynamodb:UpdateTimeToLive", "dynamodb:TagResource", "dynamodb:UntagResource",
        ]
      }

      Logs = {
        resources = local.hub ? ["${local.arns.logs}:log-group:/aws/lambda/${local.name}-*"] : []
        read      = ["logs:ListTagsForResource"]
        change    = ["logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:PutRetentionPolicy", "logs:TagResource", "logs:UntagResource"]
      }

      Topics = {
        resources = local.hub ? ["${local.arns.sns}:${local.name}-*"] : []
        read      = ["sns:GetTopicAttributes", "sns:ListTagsForResource"]
        change    = ["sns:CreateTopic", "sns:DeleteTopic", "sns:SetTopicAttributes", "sns:Subscribe", "sns:TagResource", "sns:UntagResource"]
      }

      Parameters = {
        resources = local.spoke ? [for name in ["spot-failover", "spot-failover/*"] : "${local.arns.ssm}:parameter/${name}"] : []
        read      = ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath", "ssm:ListTagsForResource"]
        change    = ["ssm:AddTagsToResource", "ssm:DeleteParameter", "ssm:PutParameter", "ssm:RemoveTagsFromResource"]
      }

      # These tell names, or change who may put events on a bus. AWS knows no resource of them.
      WhatHasNoResource = {
        resources = ["*"]
        read      = concat(local.hub ? ["kms:ListAliases", "logs:DescribeLogGroups", "sns:GetSubscriptionAttributes"] : [], local.spoke ? ["ssm:DescribeParameters"] : [])
        change    = local.hub ? ["events:PutPermission", "events:RemovePermission", "sns:Unsubscribe"] : []
      }
    } : sid => merge(kind, { regional = true, conditions = [] })
  }
}
