# Where the hub runs, and the name and ARN of everything in it. ARNs are built here rather than read back, so that
# plans and outputs show them before anything exists.

data "aws_caller_identity" "current" {}

# aws_region's attribute is called "name" in provider 5 and "region" in provider 6; this one is the same in both.
data "aws_service" "sqs" {
  service_id = "sqs"
}

locals {
  account_id = data.aws_caller_identity.current.account_id
  region     = data.aws_service.sqs.region
  partition  = data.aws_service.sqs.partition

  name = "${var.name_prefix}spot-failover"
  tags = merge({ spot-failover = "hub" }, var.tags)

  event_bus_arn = "arn:${local.partition}:events:${local.region}:${local.account_id}:event-bus/${local.name}"
  rule_arn_base = "arn:${local.partition}:events:${local.region}:${local.account_id}:rule/${local.name}"

  queue_names = {
    placement_failure = "${var.name_prefix}${var.names.placement_failure_queue}"
    interruption      = "${var.name_prefix}${var.names.interruption_queue}"
    control           = "${local.name}-control-queue"
    work              = "${local.name}-work.fifo"
  }
  dead_letter_queue_names = {
    for key, name in local.queue_names : key => endswith(name, ".fifo") ? "${trimsuffix(name, ".fifo")}-dlq.fifo" : "${name}-dlq"
  }
  # Built, not read back, so that the functions need not wait for the queues: the provider takes a minute for those.
  queue_urls = {
    for key, name in local.queue_names : key => "https://${data.aws_service.sqs.dns_name}/${local.account_id}/${name}"
  }
  dead_letter_queue_urls = {
    for key, name in local.dead_letter_queue_names : key => "https://${data.aws_service.sqs.dns_name}/${local.account_id}/${name}"
  }
  queue_arns = {
    for key, name in local.queue_names : key => "arn:${local.partition}:sqs:${local.region}:${local.account_id}:${name}"
  }
  dead_letter_queue_arns = {
    for key, name in local.dead_letter_queue_names : key => "arn:${local.partition}:sqs:${local.region}:${local.account_id}:${name}"
  }

  state_table_name    = "${var.name_prefix}${var.names.state_table}"
  state_table_arn     = "arn:${local.partition}:dynamodb:${local.region}:${local.account_id}:table/${local.state_table_name}"
  evidence_table_name = "${local.name}-evidence"
  evidence_table_arn  = "arn:${local.partition}:dynamodb:${local.region}:${local.account_id}:table/${local.evidence_table_name}"

  function_names = {
    console = "${local.name}-console"
    observe = "${local.name}-observe"
    work    = "${local.name}-work"
  }
  function_arns = {
    for key, name in local.function_names : key => "arn:${local.partition}:lambda:${local.region}:${local.account_id}:function:${name}"
  }
  log_group_names = {
    for key, name in local.function_names : key => "/aws/lambda/${name}"
  }
  log_group_arns = {
    for key, name in local.log_group_names : key => "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:${name}"
  }

  # IAM knows no regions: the region in the name lets two hubs of one account stand side by side.
  function_role_names = {
    for key, name in local.function_names : key => "${name}-${local.region}"
  }
  function_role_arns = {
    for key, name in local.function_role_names : key => "arn:${local.partition}:iam::${local.account_id}:role/${name}"
  }
  scheduler_role_name = "${local.name}-scheduler-${local.region}"
  scheduler_role_arn  = "arn:${local.partition}:iam::${local.account_id}:role/${local.scheduler_role_name}"
  spoke_role_name     = "${var.name_prefix}${var.names.spoke_role}"

  # Configurations of the chat integration and roles know no regions.
  chat_name = "${local.name}-chat-${local.region}"

  alert_topic_name = "${local.name}-alerts"
  alert_topic_arn = (
    var.alerts.topic == null
    ? "arn:${local.partition}:sns:${local.region}:${local.account_id}:${local.alert_topic_name}"
    : var.alerts.topic.arn
  )

  # Dashboards of all regions share one list of names.
  dashboard_name = "${local.name}-${local.region}"
}
