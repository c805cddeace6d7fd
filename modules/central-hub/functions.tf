# observe turns events into evidence and wake-ups, work acts on services; which queue feeds which. console is on no
# queue: CloudWatch invokes it as whoever views the dashboard, so nobody else may, and viewers need lambda:InvokeFunction.

locals {
  package_path = "${path.module}/package/spot_failover.zip"

  # A job of work waits for an account and region of its own, so none shares its invocation: one region that hangs, or
  # one job that crashes, takes nobody else's with it. observe writes a row an event, and reaches nobody else.
  pollers = {
    placement_failure = { function = "observe", batch_size = 10 }
    interruption      = { function = "observe", batch_size = 10 }
    control           = { function = "observe", batch_size = 10 }
    work              = { function = "work", batch_size = 1 }
  }

  function_descriptions = {
    console = "Shows how every service stands, as a widget of the dashboard; it changes nothing."
    observe = "Keeps what events say as evidence and wakes work."
    work    = "Compares services with what they should be and changes them."
  }
  queue_environment = {
    EVIDENCE_TABLE    = local.evidence_table_name
    WORK_QUEUE_URL    = local.queue_urls["work"]
    METRICS_NAMESPACE = var.metrics.namespace
    METRICS_DETAIL    = var.metrics.detail
  }
  function_environments = {
    console = {}
    observe = merge(local.queue_environment, {
      DRILLS = tostring(var.allow_drills)
    })
    work = merge(local.queue_environment, {
      EVENT_BUS_ARN   = local.event_bus_arn
      ALERT_TOPIC_ARN = local.alert_topic_arn
      ARCHIVE_DAYS    = tostring(var.archive_days)
      SPOKE_ROLE_NAME = local.spoke_role_name
      EXTERNAL_ID     = var.external_id
      OPERATION       = var.operation
      DEFAULT_POLICY  = var.default_policy == null ? "" : jsonencode(var.default_policy)
      PRICES          = length(var.prices) == 0 ? "" : jsonencode(var.prices)
    })
  }
}

resource "aws_lambda_function" "main" {
  # checkov:skip=CKV_AWS_50: Every decision is one log line and one audit event; a trace would add a permission and say less.
  # checkov:skip=CKV_AWS_115: Reserved concurrency fails in accounts with the initial quota of 10; the pollers' maximum concurrency limits the functions.
  # checkov:skip=CKV_AWS_116: The functions are invoked by their queues, each of which has a dead-letter queue, or by a viewer who waits for the answer.
  # checkov:skip=CKV_AWS_117: The functions call AWS's public endpoints only; a VPC would add NAT gateways and another way to fail.
  # checkov:skip=CKV_AWS_173: Names of tables, queues and roles, no secret; Lambda encrypts them with its own key.
  # checkov:skip=CKV_AWS_272: The hash of the zip is in the plan; signing needs a profile that only the user can own.
  for_each = local.function_names

  function_name     = each.value
  description       = local.function_descriptions[each.key]
  role              = local.function_role_arns[each.key]
  runtime           = "python3.13"
  architectures     = ["arm64"]
  handler           = "spot_failover.functions.${each.key}.handler"
  memory_size       = var.functions[each.key].memory_mb
  timeout           = var.functions[each.key].timeout_seconds
  filename          = var.package == null ? local.package_path : null
  source_code_hash  = var.package == null && fileexists(local.package_path) ? filebase64sha256(local.package_path) : null
  s3_bucket         = var.package == null ? null : var.package.s3_bucket
  s3_key            = var.package == null ? null : var.package.s3_key
  s3_object_version = var.package == null ? null : var.package.s3_object_version
  tags              = local.tags

  environment {
    variables = merge(
      {
        STATE_TABLE             = local.state_table_name
        LOG_LEVEL               = var.functions.log_level
        POWERTOOLS_SERVICE_NAME = local.name
      },
      local.function_environments[each.key],
    )
  }

  lifecycle {
    precondition {
      condition     = var.package != null || fileexists(local.package_path)
      error_message = "The functions' zip is missing: ${local.package_path}. Run \"make package\" in a clone of this project, or say with the variable \"package\" where the zip lies in S3."
    }
  }

  # Code of a newer version may need what its role is only given in the same apply.
  depends_on = [
    aws_cloudwatch_log_group.function,
    aws_iam_role.function,
    aws_iam_role_policy.console,
    aws_iam_role_policy.observe,
    aws_iam_role_policy.work,
  ]
}

resource "aws_cloudwatch_log_group" "function" {
  # checkov:skip=CKV_AWS_158: CloudWatch Logs encrypts with its own key; the logs hold names and counts, no secrets.
  # checkov:skip=CKV_AWS_338: Logs are for operation; what was done and why is kept by the archive for archive_days.
  for_each = local.log_group_names

  name              = each.value
  retention_in_days = var.functions.log_retention_days
  tags              = local.tags
}

resource "aws_lambda_event_source_mapping" "main" {
  for_each = local.pollers

  event_source_arn        = local.queue_arns[each.key]
  function_name           = aws_lambda_function.main[each.value.function].function_name
  batch_size              = each.value.batch_size
  function_response_types = ["ReportBatchItemFailures"]
  tags                    = local.tags

  scaling_config {
    maximum_concurrency = var.functions[each.value.function].maximum_concurrency
  }

  # Lambda refuses a mapping whose role cannot read the queue yet.
  depends_on = [
    aws_iam_role_policy.observe,
    aws_iam_role_policy.work,
    aws_sqs_queue.main,
  ]
}
