# Every validation of the root module refuses a value, as its modules would. A run breaks one validation of each
# variable it sets; test_validations.py checks that together they break every one, each with its own message.

mock_provider "aws" {
  source = "./tests/terraform/mocks"
}

run "bad_values_1" {
  command = plan

  variables {
    name_prefix = "dev"
    clusters    = ["production/web"]
    operation   = "off"
    alerts      = { topic = { arn = "operations" } }
    package     = { s3_bucket = "s3://example-artifacts", s3_key = "spot_failover.zip" }
    tags        = { "aws:owner" = "platform" }
  }

  expect_failures = [
    var.name_prefix,
    var.clusters,
    var.operation,
    var.alerts,
    var.package,
    var.tags,
  ]
}

run "bad_values_2" {
  command = plan

  variables {
    alerts  = { topic = { arn = "arn:aws:sns:eu-west-1:111122223333:operations", kms_key_arn = "alias/operations" } }
    package = { s3_bucket = "example-artifacts", s3_key = "spot_failover" }
    tags    = { for number in range(41) : "tag-${number}" => "" }
  }

  expect_failures = [
    var.alerts,
    var.package,
    var.tags,
  ]
}

run "bad_values_3" {
  command = plan

  variables {
    alerts = { emails = ["platform"] }
  }

  expect_failures = [var.alerts]
}

run "bad_values_4" {
  command = plan

  variables {
    alerts = { slack = { workspace_id = "example", channel_id = "#operations" } }
  }

  expect_failures = [var.alerts]
}
