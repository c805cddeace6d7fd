# A workload account with services in one region.

provider "aws" {
  region = var.region
}

module "spoke" {
  source = "../../../modules/workload-spoke"

  hub = jsondecode(file(var.hub_file))
}

module "service" {
  source = "../../protected-service"

  name               = "web"
  subnet_ids         = var.network.subnet_ids
  security_group_ids = var.network.security_group_ids
}
