# One block for each service that the hub looks after.

module "protect_shop_frankfurt_web" {
  source    = "../../../../modules/protected-service"
  providers = { aws = aws.shop_frankfurt }

  cluster_name             = module.shop_frankfurt.cluster_name
  service_name             = module.shop_frankfurt.service_names["web"]
  mode                     = "switch"
  ignores_strategy_changes = true
  thresholds               = var.policy.thresholds
  failover                 = var.policy.failover
  restore                  = var.policy.restore
  owner                    = "team-shop"
}

# When Spot fails, the standby takes all tasks over, and gives them back later.
module "protect_shop_frankfurt_api" {
  source    = "../../../../modules/protected-service"
  providers = { aws = aws.shop_frankfurt }

  cluster_name             = module.shop_frankfurt.cluster_name
  service_name             = module.shop_frankfurt.service_names["api"]
  mode                     = "standby"
  standby                  = { service_name = module.shop_frankfurt.standby_names["api"] }
  ignores_strategy_changes = true
  thresholds               = var.policy.thresholds
  failover                 = var.policy.failover
  restore                  = var.policy.restore
  owner                    = "team-shop"
}

# The standby always runs one task, and of the others those that Spot lacks.
module "protect_shop_frankfurt_worker" {
  source    = "../../../../modules/protected-service"
  providers = { aws = aws.shop_frankfurt }

  cluster_name             = module.shop_frankfurt.cluster_name
  service_name             = module.shop_frankfurt.service_names["worker"]
  mode                     = "backfill"
  standby                  = { service_name = module.shop_frankfurt.standby_names["worker"], reserve = 1 }
  ignores_strategy_changes = true
  thresholds               = var.policy.thresholds
  failover                 = var.policy.failover
  restore                  = var.policy.restore
  owner                    = "team-shop"
}

module "protect_shop_tokyo_web" {
  source    = "../../../../modules/protected-service"
  providers = { aws = aws.shop_tokyo }

  cluster_name             = module.shop_tokyo.cluster_name
  service_name             = module.shop_tokyo.service_names["web"]
  mode                     = "switch"
  ignores_strategy_changes = true
  thresholds               = var.policy.thresholds
  failover                 = var.policy.failover
  restore                  = var.policy.restore
  owner                    = "team-shop"
}

module "protect_test_mumbai_test_cluster_service" {
  source    = "../../../../modules/protected-service"
  providers = { aws = aws.test_mumbai }

  cluster_name             = module.test_mumbai.cluster_name
  service_name             = module.test_mumbai.service_names["test-cluster-service"]
  mode                     = "switch"
  ignores_strategy_changes = true
  thresholds               = var.policy.thresholds
  failover                 = var.policy.failover
  restore                  = var.policy.restore
  owner                    = "team-test"
}
