# The central account's part: the hub, and a spoke for services of its own.

variable "workload_accounts" {
  description = "The accounts of the fleet."
  type        = set(string)
}

provider "aws" {
  region = "eu-central-1"
}

module "hub" {
  source = "../../../../modules/central-hub"

  workload_accounts   = var.workload_accounts
  organization_id     = "o-sandbox000"
  allow_drills        = true
  deletion_protection = false
}

# The hub's own account has services too.
module "home" {
  source = "../../../../modules/workload-spoke"

  hub      = module.hub.spoke
  clusters = ["shop"]
}

output "spoke" {
  description = "What spokes need to know."
  value       = module.hub.spoke
}
