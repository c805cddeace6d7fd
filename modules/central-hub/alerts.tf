# The topic that people subscribe to: what work tells of services, and alarms. CloudWatch cannot publish to a topic that is
# encrypted with the key of SNS in the account, whose policy cannot be changed; hence a key of its own.

resource "aws_sns_topic" "alerts" {
  count = var.alerts.topic == null ? 1 : 0

  name              = local.alert_topic_name
  display_name      = "Spot failover"
  kms_master_key_id = aws_kms_key.alerts[0].arn
  policy            = data.aws_iam_policy_document.alert_topic.json
  tags              = local.tags
}

data "aws_iam_policy_document" "alert_topic" {
  statement {
    sid       = "RefuseWhatIsNotEncryptedInTransit"
    effect    = "Deny"
    actions   = ["sns:Publish"]
    resources = [local.alert_topic_arn]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }

  statement {
    sid       = "TakeAlarmsOfThisAccount"
    actions   = ["sns:Publish"]
    resources = [local.alert_topic_arn]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:${local.partition}:cloudwatch:${local.region}:${local.account_id}:alarm:${var.name_prefix}*"]
    }
  }
}

resource "aws_kms_key" "alerts" {
  count = var.alerts.topic == null ? 1 : 0

  description             = "Encrypts the topic ${local.alert_topic_name}."
  deletion_window_in_days = 7
  enable_key_rotation     = true
  policy                  = data.aws_iam_policy_document.alert_key.json
  tags                    = local.tags
}

resource "aws_kms_alias" "alerts" {
  count = var.alerts.topic == null ? 1 : 0

  name          = "alias/${local.alert_topic_name}"
  target_key_id = aws_kms_key.alerts[0].key_id
}

data "aws_iam_policy_document" "alert_key" {
  # checkov:skip=CKV_AWS_109: A key without this statement can be managed by nobody; IAM policies decide who may.
  # checkov:skip=CKV_AWS_111: A key without this statement can be managed by nobody; IAM policies decide who may.
  # checkov:skip=CKV_AWS_356: In a key's policy "*" is the key itself.
  statement {
    sid       = "LeaveTheKeyToTheAccountsOwnPolicies"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${local.partition}:iam::${local.account_id}:root"]
    }
  }

  statement {
    sid       = "LetAlarmsOfThisAccountBeEncrypted"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
  }
}
