# The workload accounts' part: spokes, and services that are registered by the module. It is applied before the hub
# exists and knows it only by what its output `spoke` will say. The account west has a file of its own.

variable "hub" {
  description = "What the hub's output `spoke` will say."
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

variable "registrations" {
  description = "Registered services by name, and these by place: north, north_us, south, east."
  type = map(map(object({
    dry_run = optional(bool, false)
  })))
}

variable "east_takes_part" {
  description = "Whether the account east has a spoke."
  type        = bool
  default     = true
}

locals {
  # As quick as the modules allow; a test is not to wait for ten minutes.
  restore = {
    window_seconds      = 5
    backoff_seconds     = 5
    max_backoff_seconds = 5
  }
}

# --- north: an account with two regions ---

module "spoke_north" {
  source    = "../../../../modules/workload-spoke"
  providers = { aws = aws.north }

  hub      = var.hub
  clusters = ["shop"]
}

module "registered_north" {
  source    = "../../../../modules/protected-service"
  providers = { aws = aws.north }
  for_each  = var.registrations["north"]

  cluster_name             = "shop"
  service_name             = each.key
  mode                     = "switch"
  ignores_strategy_changes = true
  dry_run                  = each.value.dry_run
  restore                  = local.restore

  depends_on = [module.spoke_north]
}

module "spoke_north_us" {
  source    = "../../../../modules/workload-spoke"
  providers = { aws = aws.north_us }

  hub     = var.hub
  account = module.spoke_north.account
}

module "registered_north_us" {
  source    = "../../../../modules/protected-service"
  providers = { aws = aws.north_us }
  for_each  = var.registrations["north_us"]

  cluster_name             = "shop"
  service_name             = each.key
  mode                     = "switch"
  ignores_strategy_changes = true
  dry_run                  = each.value.dry_run
  restore                  = local.restore

  depends_on = [module.spoke_north_us]
}

# --- south: another account, the same names ---

module "spoke_south" {
  source    = "../../../../modules/workload-spoke"
  providers = { aws = aws.south }

  hub = var.hub
}

module "registered_south" {
  source    = "../../../../modules/protected-service"
  providers = { aws = aws.south }
  for_each  = var.registrations["south"]

  cluster_name             = "shop"
  service_name             = each.key
  mode                     = "switch"
  ignores_strategy_changes = true
  dry_run                  = each.value.dry_run
  restore                  = local.restore

  depends_on = [module.spoke_south]
}

# --- east: an account that only wants to be told, and that leaves later ---

module "spoke_east" {
  source    = "../../../../modules/workload-spoke"
  providers = { aws = aws.east }
  count     = var.east_takes_part ? 1 : 0

  hub       = var.hub
  operation = "dry_run"
}

module "registered_east" {
  source    = "../../../../modules/protected-service"
  providers = { aws = aws.east }
  for_each  = var.registrations["east"]

  cluster_name             = "shop"
  service_name             = each.key
  mode                     = "switch"
  ignores_strategy_changes = true
  dry_run                  = each.value.dry_run
  restore                  = local.restore
}
