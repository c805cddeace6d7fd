# Where the spoke runs, and the name and ARN of everything in it. Names follow the hub's bus, so that the spokes of
# two hubs do not collide. ARNs are built here rather than read back, so that plans show them before anything exists.

data "aws_caller_identity" "current" {}

# aws_region's attribute is called "name" in provider 5 and "region" in provider 6; this one is the same in both.
data "aws_service" "ecs" {
  service_id = "ecs"
}

locals {
  account_id = data.aws_caller_identity.current.account_id
  region     = data.aws_service.ecs.region
  partition  = data.aws_service.ecs.partition

  name = element(split("/", var.hub.event_bus_arn), 1)
  tags = merge({ spot-failover = "spoke" }, var.tags)

  spoke_role_name      = var.account == null ? var.hub.spoke_role_name : var.account.spoke_role_name
  forwarding_role_name = var.account == null ? "${local.name}-forwarding" : var.account.forwarding_role_name
  forwarding_role_arn  = "arn:${local.partition}:iam::${local.account_id}:role/${local.forwarding_role_name}"

  default_bus_arn = "arn:${local.partition}:events:${local.region}:${local.account_id}:event-bus/default"

  schedule_group_name    = "${local.name}-spoke"
  dead_letter_queue_name = "${local.name}-forwarding-dlq"
  dead_letter_queue_arn  = "arn:${local.partition}:sqs:${local.region}:${local.account_id}:${local.dead_letter_queue_name}"

  rule_arns = {
    for pattern in concat(keys(local.rule_descriptions), var.hub.drills ? ["drill"] : []) :
    pattern => "arn:${local.partition}:events:${local.region}:${local.account_id}:rule/${local.name}-${pattern}"
  }
}
