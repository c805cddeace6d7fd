# Everything that must outlive a task.

resource "aws_dynamodb_table" "orders" {
  # checkov:skip=CKV_AWS_119: DynamoDB's own key encrypts the table; a key of ours is a decision for your data, not for this example.
  name         = "${var.name}-orders"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }

  point_in_time_recovery {
    enabled = true
  }
}

# Powertools' records: what was done for which key, for a day.
resource "aws_dynamodb_table" "idempotency" {
  # checkov:skip=CKV_AWS_119: DynamoDB's own key encrypts the table; a key of ours is a decision for your data, not for this example.
  # checkov:skip=CKV_AWS_28: Records live for a day, and one restored later would refuse what is new.
  name         = "${var.name}-idempotency"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }

  ttl {
    attribute_name = "expiration"
    enabled        = true
  }
}

resource "aws_sqs_queue" "orders" {
  name                       = "${var.name}-orders"
  visibility_timeout_seconds = local.visibility_seconds
  message_retention_seconds  = 1209600
  sqs_managed_sse_enabled    = true

  # Each interruption of its worker costs a message one receive: it is not at fault before many of them.
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letter.arn
    maxReceiveCount     = 20
  })
}

resource "aws_sqs_queue" "dead_letter" {
  name                      = "${var.name}-orders-dead-letter"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
}
