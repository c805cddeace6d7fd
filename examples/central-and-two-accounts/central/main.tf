# The central account: the hub of the whole organization.

provider "aws" {
  region = var.region
}

module "hub" {
  source = "../../../modules/central-hub"

  organization_id = var.organization_id
}
