# Commands for people, ready to paste.

locals {
  # Put on the hub's own bus, as only this account may; the words in capitals are for the user to fill in.
  drill_command = join(" ", [
    "aws events put-events --region ${local.region} --entries",
    "'${jsonencode([{
      EventBusName = local.name
      Source       = "test.aws.ecs"
      DetailType   = "ECS Service Action"
      Resources    = ["arn:${local.partition}:ecs:REGION:ACCOUNT:service/CLUSTER/SERVICE"]
      Detail = jsonencode({
        eventName            = "SERVICE_TASK_PLACEMENT_FAILURE"
        reason               = "RESOURCE:FARGATE"
        capacityProviderArns = ["arn:${local.partition}:ecs:REGION:ACCOUNT:capacity-provider/FARGATE_SPOT"]
      })
    }])}'",
  ])

  status_command = join(" ", [
    "aws dynamodb scan --region ${local.region} --table-name ${local.state_table_name}",
    "--filter-expression 'attribute_exists(phase)'",
    "--query 'Items[].{service: id.S, phase: phase.S, reason: reason.S}' --output table",
  ])
}
