# One service's registration: a parameter that the hub reads through the spoke of this account and region.

data "aws_caller_identity" "current" {}

# aws_region's attribute is called "name" in provider 5 and "region" in provider 6; this one is the same in both.
data "aws_service" "ecs" {
  service_id = "ecs"
}

locals {
  account_id = data.aws_caller_identity.current.account_id
  region     = data.aws_service.ecs.region
  partition  = data.aws_service.ecs.partition

  service_id     = "${local.account_id}::${local.region}::${var.cluster_name}::${var.service_name}"
  parameter_name = "/spot-failover/services/${var.cluster_name}/${var.service_name}"

  policy = {
    schema     = 1
    mode       = var.mode
    dry_run    = var.dry_run
    owner      = var.owner
    thresholds = var.thresholds
    failover   = var.failover
    restore    = var.restore
    surge      = var.surge
    standby    = coalesce(var.standby, { service_name = "", follow_task_definition = true, reserve = 0 })
  }

  # Put on the account's default bus, like an event of ECS itself.
  drill_command = join(" ", [
    "aws events put-events --region ${local.region} --entries",
    "'${jsonencode([{
      Source     = "test.aws.ecs"
      DetailType = "ECS Service Action"
      Resources  = ["arn:${local.partition}:ecs:${local.region}:${local.account_id}:service/${var.cluster_name}/${var.service_name}"]
      Detail = jsonencode({
        eventName            = "SERVICE_TASK_PLACEMENT_FAILURE"
        reason               = "RESOURCE:FARGATE"
        capacityProviderArns = ["arn:${local.partition}:ecs:${local.region}:${local.account_id}:capacity-provider/FARGATE_SPOT"]
      })
    }])}'",
  ])
}

resource "aws_ssm_parameter" "policy" {
  # checkov:skip=CKV2_AWS_34: Nothing here is secret, and plans shall show which threshold changes.
  name           = local.parameter_name
  description    = "Spot failover policy of the ECS service ${var.service_name} in the cluster ${var.cluster_name}."
  type           = "String"
  insecure_value = jsonencode(local.policy)
  tags           = merge({ spot-failover = "service" }, var.tags)
}

# By path, because a parameter that is missing would be an error; outside of the check, because a data source inside of
# one is read at every apply, and no plan would ever be empty.
data "aws_ssm_parameters_by_path" "hub" {
  path = "/spot-failover"
}

check "spoke_listens" {
  assert {
    condition     = contains(data.aws_ssm_parameters_by_path.hub.names, "/spot-failover/spoke")
    error_message = "No spoke listens in ${local.account_id}, ${local.region}: the service is registered, but nobody looks after it. Apply the module workload-spoke there."
  }

  assert {
    condition = alltrue([
      for index, name in data.aws_ssm_parameters_by_path.hub.names :
      contains(coalescelist(jsondecode(data.aws_ssm_parameters_by_path.hub.values[index]).clusters, [var.cluster_name]), var.cluster_name)
      if name == "/spot-failover/spoke"
    ])
    error_message = "The spoke in ${local.account_id}, ${local.region} may not touch the cluster ${var.cluster_name}: the service is registered, but the hub can do nothing for it. Add the cluster to the variable \"clusters\" of workload-spoke."
  }
}

# Nothing that a plan can read says what a resource ignores; hence a word of the user's, and this warning until it is given.
check "both_services_keep_their_desired_count" {
  assert {
    condition     = var.mode == "switch" || var.ignores_strategy_changes
    error_message = <<-EOT
      In mode "${var.mode}" the hub changes the desired counts of ${var.service_name} and ${local.policy.standby.service_name}. Unless Terraform leaves them alone, the next apply takes tasks away in the middle of a drought. Set ignores_strategy_changes = true once the aws_ecs_service of ${var.service_name} has

        lifecycle {
          ignore_changes = [desired_count]
        }

      and that of ${local.policy.standby.service_name} has

        lifecycle {
          ignore_changes = [${local.policy.standby.follow_task_definition ? "desired_count, task_definition" : "desired_count"}]
        }
    EOT
  }
}
