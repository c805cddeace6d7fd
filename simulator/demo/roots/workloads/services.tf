# The services, by their own teams: the same cluster and service name twice, one with an on-demand base, and one,
# reports, that nobody registers.

module "shop_frankfurt" {
  source    = "./services"
  providers = { aws = aws.shop_frankfurt }

  cluster_name = "shop"
  services = {
    web     = { desired_count = 8 }
    api     = { desired_count = 6, on_demand_base = 2 }
    reports = { desired_count = 2 }
  }
}

module "shop_tokyo" {
  source    = "./services"
  providers = { aws = aws.shop_tokyo }

  cluster_name = "shop"
  services = {
    web = { desired_count = 4 }
  }
}

module "test_mumbai" {
  source    = "./services"
  providers = { aws = aws.test_mumbai }

  cluster_name = "test-cluster2"
  services = {
    test-cluster-service = { desired_count = 3 }
  }
}
