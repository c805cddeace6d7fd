# What GitHub Actions needs in one account, hub or workload: the identity provider, a role that plans, a role that applies,
# and the boundary of all roles that the latter makes. Applied once, by an administrator; see README.md.

provider "aws" {
  region = var.region
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition

  # The name that the modules put in front of what they make.
  name = "${var.name_prefix}spot-failover"

  # Not what the modules make: roles of the modules begin with the name, and the apply role may change those.
  role_names   = { for step in ["plan", "apply"] : step => "github-${local.name}-${step}" }
  boundary_arn = "arn:${local.partition}:iam::${local.account_id}:policy/${local.name}-boundary"
}

resource "aws_iam_openid_connect_provider" "github" {
  count = var.create_identity_provider ? 1 : 0

  url            = "https://${local.issuer}"
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_iam_role" "github" {
  for_each = local.role_names

  name               = each.value
  description        = "GitHub Actions: terraform ${each.key} of spot failover, from ${var.repository.owner}/${var.repository.name}."
  assume_role_policy = data.aws_iam_policy_document.trust[each.key].json
}

resource "aws_iam_role_policy" "github" {
  for_each = local.role_names

  name   = each.key
  role   = aws_iam_role.github[each.key].name
  policy = data.aws_iam_policy_document.github[each.key].json
}

resource "aws_iam_policy" "boundary" {
  name        = "${local.name}-boundary"
  description = "The most that a role of spot failover can be given."
  policy      = data.aws_iam_policy_document.boundary.json
}
