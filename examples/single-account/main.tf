# Hub, spoke and one protected service in one account and region.

provider "aws" {
  region = var.region

  default_tags {
    tags = { project = "spot-failover-example" }
  }
}

module "spot_failover" {
  source = "../../"

  allow_drills        = true
  deletion_protection = false
}

module "service" {
  source = "../protected-service"

  name               = "web"
  subnet_ids         = var.subnet_ids
  security_group_ids = var.security_group_ids
}
