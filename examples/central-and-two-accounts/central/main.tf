# The central account: the hub of the whole organization.

provider "aws" {
  region = var.region
}

module "hub" {
  source = "../../../modules/central-hub"

  organization_id     = var.organization_id
  allow_drills        = var.allow_drills
  operation           = var.operation
  deletion_protection = var.deletion_protection
}
