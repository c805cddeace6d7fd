# Who hears of it at once: mail addresses, and a Slack channel through AWS's chat integration.

resource "aws_sns_topic_subscription" "email" {
  for_each = var.alerts.emails

  topic_arn = local.alert_topic_arn
  protocol  = "email"
  endpoint  = each.value

  depends_on = [aws_sns_topic.alerts]
}

resource "aws_chatbot_slack_channel_configuration" "alerts" {
  count = var.alerts.slack == null ? 0 : 1

  configuration_name = local.chat_name
  slack_team_id      = var.alerts.slack.workspace_id
  slack_channel_id   = var.alerts.slack.channel_id
  sns_topic_arns     = [local.alert_topic_arn]
  iam_role_arn       = aws_iam_role.chat[0].arn
  tags               = local.tags

  # Where none is named, AWS takes AdministratorAccess for what a channel may do at most.
  guardrail_policy_arns = ["arn:${local.partition}:iam::aws:policy/AWSDenyAll"]

  depends_on = [aws_sns_topic.alerts]
}

# AWS asks for a role. It has no permission at all: the channel is told, and runs no commands.
resource "aws_iam_role" "chat" {
  count = var.alerts.slack == null ? 0 : 1

  name                 = local.chat_name
  description          = "Lets a Slack channel hear of failovers, and nothing else."
  assume_role_policy   = data.aws_iam_policy_document.chat_trust.json
  permissions_boundary = var.permissions_boundary_arn
  tags                 = local.tags
}

data "aws_iam_policy_document" "chat_trust" {
  statement {
    sid     = "ServeTheChatIntegrationOnly"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["chatbot.amazonaws.com"]
    }
  }
}
