# What the hub reads of this account and region. Written last: where it stands, events arrive and the role answers.

locals {
  record = merge(
    {
      contract    = 1
      version     = "0.1.0"
      hub_bus_arn = var.hub.event_bus_arn
      clusters    = sort(var.clusters)
      operation   = var.operation
    },
    var.default_policy == null ? {} : { default_policy = var.default_policy },
  )
}

resource "aws_ssm_parameter" "spoke" {
  # checkov:skip=CKV2_AWS_34: Nothing here is secret, and plans shall show what changes.
  name        = "/spot-failover/spoke"
  description = "Tells the spot failover hub that this account and region takes part."
  type        = "String"
  tags        = local.tags

  # The hub's own kill switch is not copied here: turning it must not need an apply in every account.
  insecure_value = jsonencode(local.record)

  lifecycle {
    precondition {
      condition     = length(jsonencode(local.record)) <= 4096
      error_message = "What the hub must know of this account and region is longer than the 4096 characters of a parameter. Name fewer clusters, or exclude less from the default policy."
    }
  }

  depends_on = [
    aws_cloudwatch_event_target.forwarding,
    aws_cloudwatch_event_target.drill,
    aws_iam_role_policy.spoke,
  ]
}
