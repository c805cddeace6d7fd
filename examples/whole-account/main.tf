# Every service on Fargate Spot of an account and region, without a registration of each: hub and spoke with a default
# policy. It is a dry run until you say otherwise.

provider "aws" {
  region = var.region
}

module "hub" {
  source = "../../modules/central-hub"

  deletion_protection = var.deletion_protection
}

module "spoke" {
  source = "../../modules/workload-spoke"

  hub           = module.hub.spoke
  clusters      = var.clusters
  alarm_actions = [module.hub.alert_topic_arn]

  default_policy = {
    dry_run = var.dry_run
    owner   = "platform"
    exclude = var.exclude
  }
}
