# One role to start the tasks, and for each service one with what its process does.

data "aws_iam_policy_document" "trust" {
  statement {
    sid     = "LetEcsRunTheTasks"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "execution" {
  # IAM knows no regions: the region in the name lets the example stand in two of them.
  name               = "${var.name}-execution-${data.aws_service.logs.region}"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy_attachment" "execution" {
  role       = aws_iam_role.execution.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}

resource "aws_iam_role" "task" {
  for_each = local.alive

  name               = "${var.name}-${each.key}-${data.aws_service.logs.region}"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "task" {
  for_each = { web = data.aws_iam_policy_document.web.json, worker = data.aws_iam_policy_document.worker.json }

  name   = "work"
  role   = aws_iam_role.task[each.key].name
  policy = each.value
}

data "aws_iam_policy_document" "web" {
  source_policy_documents = [data.aws_iam_policy_document.once.json]

  statement {
    sid       = "KeepAndShowOrders"
    actions   = ["dynamodb:GetItem", "dynamodb:PutItem"]
    resources = [aws_dynamodb_table.orders.arn]
  }

  statement {
    sid       = "PassOrdersOn"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.orders.arn]
  }
}

data "aws_iam_policy_document" "worker" {
  source_policy_documents = [data.aws_iam_policy_document.once.json]

  # A transaction needs what its parts need:
  # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
  statement {
    sid       = "ReserveGoods"
    actions   = ["dynamodb:GetItem", "dynamodb:UpdateItem"]
    resources = [aws_dynamodb_table.orders.arn]
  }

  statement {
    sid       = "TakeOrders"
    actions   = ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:ReceiveMessage"]
    resources = [aws_sqs_queue.orders.arn]
  }
}

data "aws_iam_policy_document" "once" {
  statement {
    sid       = "RememberWhatWasDone"
    actions   = ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
    resources = [aws_dynamodb_table.idempotency.arn]
  }
}
