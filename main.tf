# The quick start: the hub and the spoke of one account and region. A second region is a workload-spoke with the outputs
# "spoke" and "account" of this one. For more accounts use the modules, as examples/central-and-two-accounts does.

module "hub" {
  source = "./modules/central-hub"

  name_prefix         = var.name_prefix
  operation           = var.operation
  allow_drills        = var.allow_drills
  alerts              = var.alerts
  package             = var.package
  deletion_protection = var.deletion_protection
  tags                = var.tags
}

module "spoke" {
  source = "./modules/workload-spoke"

  hub           = module.hub.spoke
  clusters      = var.clusters
  alarm_actions = [module.hub.alert_topic_arn]
  tags          = var.tags
}
