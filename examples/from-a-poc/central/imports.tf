# Terraform takes these over instead of failing at names that are taken. The blocks do nothing once it has them.

data "aws_caller_identity" "current" {}

data "aws_service" "sqs" {
  service_id = "sqs"
}

import {
  to = module.hub.aws_dynamodb_table.state
  id = local.names.state_table
}

import {
  for_each = {
    placement_failure = local.names.placement_failure_queue
    interruption      = local.names.interruption_queue
  }

  to = module.hub.aws_sqs_queue.main[each.key]
  id = "https://${data.aws_service.sqs.dns_name}/${data.aws_caller_identity.current.account_id}/${each.value}"
}
