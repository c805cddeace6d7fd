# What the hub knows: one record a service, and the evidence of the last days.

resource "aws_dynamodb_table" "state" {
  # checkov:skip=CKV_AWS_119: The key of DynamoDB in the account encrypts the table. A key of our own would cost a permission in every role that reads it, and protect names and counts.
  name                        = local.state_table_name
  billing_mode                = "PAY_PER_REQUEST"
  deletion_protection_enabled = var.deletion_protection
  hash_key                    = "id"
  tags                        = local.tags

  attribute {
    name = "id"
    type = "S"
  }

  attribute {
    name = "parent"
    type = "S"
  }

  # Accounts and regions of the fleet, services of one account and region: no job ever scans.
  global_secondary_index {
    name            = "parent"
    hash_key        = "parent"
    range_key       = "id"
    projection_type = "ALL"
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled = true
  }
}

resource "aws_dynamodb_table" "evidence" {
  # checkov:skip=CKV_AWS_119: The key of DynamoDB in the account encrypts the table. A key of our own would cost a permission in every role that reads it, and protect names and reasons.
  # checkov:skip=CKV_AWS_28: Evidence decides for an hour at most and expires after a week. Restored from a backup, it would be too old to count.
  name         = local.evidence_table_name
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  range_key    = "at"
  tags         = local.tags

  attribute {
    name = "id"
    type = "S"
  }

  attribute {
    name = "at"
    type = "S"
  }

  ttl {
    attribute_name = "expires_at"
    enabled        = true
  }

  server_side_encryption {
    enabled = true
  }
}
