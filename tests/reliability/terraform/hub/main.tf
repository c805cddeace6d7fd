# The central account's part, by modules of this commit or of an earlier one: what both understand.

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

output "spoke" {
  description = "What spokes need to know."
  value       = module.hub.spoke
}
