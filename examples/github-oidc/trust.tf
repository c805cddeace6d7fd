# Which workflow runs may take which role: runs for a pull request of the repository plan; runs of the branch, in the
# environment whose reviewers let them, apply.

locals {
  issuer = "token.actions.githubusercontent.com"

  # Repositories made or renamed since July 2026 have both ids in the subject, older ones have names alone:
  # https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens/
  repository_names = [
    "${var.repository.owner}/${var.repository.name}",
    "${var.repository.owner}@${var.repository.owner_id}/${var.repository.name}@${var.repository.id}",
  ]

  # What GitHub's token must say, each beside the subject. STS knows these claims since January 2026:
  # https://aws.amazon.com/about-aws/whats-new/2026/01/aws-sts-supports-validation-identity-provider-claims/
  trusted = {
    plan = {
      subject = "pull_request"
      claims  = { repository_id = var.repository.id }
    }
    # With an environment the subject says nothing of the branch.
    apply = {
      subject = "environment:${var.environment}"
      claims  = { repository_id = var.repository.id, ref = "refs/heads/${var.branch}" }
    }
  }
}

data "aws_iam_policy_document" "trust" {
  # checkov:skip=CKV_AWS_358: The subject names one repository and one environment, by variables that checkov does not follow.
  for_each = local.trusted

  statement {
    sid     = "TrustRunsOfTheRepositoryThatMay${title(each.key)}"
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = ["arn:${local.partition}:iam::${local.account_id}:oidc-provider/${local.issuer}"]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:aud"
      values   = ["sts.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:sub"
      values   = [for name in local.repository_names : "repo:${name}:${each.value.subject}"]
    }

    dynamic "condition" {
      for_each = each.value.claims

      content {
        test     = "StringEquals"
        variable = "${local.issuer}:${condition.key}"
        values   = [condition.value]
      }
    }
  }
}
