# Whoever wants to be told subscribes to the hub's alert topic. Here that is the demo itself, by a queue; yours may be a
# chat channel or an incident tool.

resource "aws_sqs_queue" "channel" {
  name                      = "operations-channel"
  message_retention_seconds = 3600
  sqs_managed_sse_enabled   = true
  policy                    = data.aws_iam_policy_document.channel.json
}

data "aws_iam_policy_document" "channel" {
  statement {
    sid       = "TakeAlertsOfTheHub"
    actions   = ["sqs:SendMessage"]
    resources = ["arn:aws:sqs:eu-central-1:111111111111:operations-channel"]

    principals {
      type        = "Service"
      identifiers = ["sns.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [module.hub.alert_topic_arn]
    }
  }
}

resource "aws_sns_topic_subscription" "channel" {
  topic_arn            = module.hub.alert_topic_arn
  protocol             = "sqs"
  endpoint             = "arn:aws:sqs:eu-central-1:111111111111:operations-channel"
  raw_message_delivery = true

  depends_on = [aws_sqs_queue.channel]
}
