# The services, by their own teams: one with an on-demand base, one behind a load balancer, one that takes its work from
# a queue, one, reports, that nobody registers, and in another region the same cluster and service name again.

module "shop_frankfurt" {
  source    = "./services"
  providers = { aws = aws.shop_frankfurt }

  cluster_name = "shop"
  services = {
    web     = { desired_count = 8, on_demand_base = 2 }
    api     = { desired_count = 6, has_standby = true, balanced = { target_group_arn = local.api_target_group_arn } }
    worker  = { desired_count = 5, has_standby = true, cpu = 512 }
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
