# A workload account with services in two regions. The first region's spoke makes the account's roles, the second's adds
# to them.

provider "aws" {
  region = var.first.region
}

provider "aws" {
  alias  = "second"
  region = var.second.region
}

module "first_spoke" {
  source = "../../../modules/workload-spoke"

  hub = jsondecode(file(var.hub_file))
}

module "second_spoke" {
  source    = "../../../modules/workload-spoke"
  providers = { aws = aws.second }

  hub     = jsondecode(file(var.hub_file))
  account = module.first_spoke.account
}

module "first_service" {
  source = "../../protected-service"

  name               = "web"
  subnet_ids         = var.first.subnet_ids
  security_group_ids = var.first.security_group_ids
}

module "second_service" {
  source    = "../../protected-service"
  providers = { aws = aws.second }

  name               = "web"
  subnet_ids         = var.second.subnet_ids
  security_group_ids = var.second.security_group_ids
}
