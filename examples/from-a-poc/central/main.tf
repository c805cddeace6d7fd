# The hub takes over the names of a proof of concept that was made by hand, and its table and queues with them.

provider "aws" {
  region = var.region
}

locals {
  # What the proof of concept calls them. These are the module's defaults too: put yours.
  names = {
    placement_failure_queue = "fargate-spot-placement-failure-queue"
    interruption_queue      = "fargate-spot-interruption-queue"
    state_table             = "ecs_cp_restore_state"
    spoke_role              = "CentralSpotAutomationRole"
  }
}

module "hub" {
  source = "../../../modules/central-hub"

  organization_id     = var.organization_id
  workload_accounts   = var.workload_accounts
  names               = local.names
  operation           = var.operation
  allow_drills        = var.allow_drills
  deletion_protection = var.deletion_protection
}
