# A workload account's part: a spoke, and one registered service in each mode. The services are their owners' business.

variable "hub" {
  description = "The hub's output `spoke`."
  type = object({
    contract        = number
    event_bus_arn   = string
    work_role_arn   = string
    external_id     = string
    spoke_role_name = string
    organization_id = string
    operation       = string
    drills          = bool
  })
}

variable "operation" {
  description = "What the spoke allows."
  type        = string
  default     = "active"
}

variable "registered" {
  description = "Whether the services are registered."
  type        = bool
  default     = true
}

provider "aws" {
  region = "eu-central-1"
}

locals {
  modes = {
    web    = "switch"
    api    = "standby"
    worker = "backfill"
  }

  # A minute of ECS is a second here. Restores are tried long enough after a failover for a test to look at it.
  restore = {
    interval_seconds    = 1
    window_seconds      = 5
    backoff_seconds     = 20
    max_backoff_seconds = 20
    tries_per_day       = 100
  }
}

module "spoke" {
  source = "../../../../modules/workload-spoke"

  hub       = var.hub
  operation = var.operation
  clusters  = ["shop"]
}

module "registered" {
  source   = "../../../../modules/protected-service"
  for_each = { for name, mode in local.modes : name => mode if var.registered }

  cluster_name             = "shop"
  service_name             = each.key
  mode                     = each.value
  ignores_strategy_changes = true
  restore                  = local.restore
  thresholds               = { window_seconds = 30 }

  standby = each.value == "switch" ? null : {
    service_name           = "${each.key}-on-demand"
    follow_task_definition = false
  }

  depends_on = [module.spoke]
}
