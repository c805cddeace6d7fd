# A workload account of the proof of concept: its role is taken over, and loses what else was attached to it.

provider "aws" {
  region = var.region
}

locals {
  hub = jsondecode(file(var.hub_file))
}

module "spoke" {
  source = "../../../modules/workload-spoke"

  hub = local.hub
}

import {
  to = module.spoke.aws_iam_role.spoke[0]
  id = local.hub.spoke_role_name
}

# Terraform replaces the role's trust, but would leave policies that it does not know. A second region of the account
# adds the name of its own policy here.
resource "aws_iam_role_policies_exclusive" "spoke" {
  role_name    = module.spoke.account.spoke_role_name
  policy_names = ["${element(split("/", local.hub.event_bus_arn), 1)}-${var.region}"]

  depends_on = [module.spoke]
}

resource "aws_iam_role_policy_attachments_exclusive" "spoke" {
  role_name   = module.spoke.account.spoke_role_name
  policy_arns = []

  depends_on = [module.spoke]
}

module "service" {
  source = "../../../modules/protected-service"

  cluster_name             = var.service.cluster_name
  service_name             = var.service.service_name
  mode                     = "switch"
  ignores_strategy_changes = true # as it had to be for the proof of concept
}
