# What each account and region needs once: a role for the hub and rules that forward events.

locals {
  # The hub's output "spoke". All of it is known before the hub exists, so a pipeline of its own can read it as a file.
  hub = jsondecode(file("${path.module}/hub.json"))
}

module "spoke_shop_frankfurt" {
  source    = "../../../../modules/workload-spoke"
  providers = { aws = aws.shop_frankfurt }

  hub      = local.hub
  clusters = ["shop"]
}

module "spoke_shop_tokyo" {
  source    = "../../../../modules/workload-spoke"
  providers = { aws = aws.shop_tokyo }

  hub      = local.hub
  account  = module.spoke_shop_frankfurt.account
  clusters = ["shop"]
}

module "spoke_test_mumbai" {
  source    = "../../../../modules/workload-spoke"
  providers = { aws = aws.test_mumbai }

  hub = local.hub
}
