# Every validation of the hub refuses a value. A run breaks one validation of each variable it sets;
# test_validations.py checks that together they break every one, and that each answers with its own message.

mock_provider "aws" {
  source = "./tests/terraform/mocks"
}

run "bad_values_1" {
  command = plan

  module {
    source = "./modules/central-hub"
  }

  variables {
    name_prefix              = "dev"
    workload_accounts        = ["12345678901"]
    organization_id          = "r-a1b2"
    external_id              = "x"
    names                    = { placement_failure_queue = "placement.fifo" }
    operation                = "off"
    functions                = { observe = { memory_mb = 128 } }
    package                  = { s3_bucket = "s3://example-artifacts", s3_key = "spot_failover.zip" }
    alerts                   = { topic = { arn = "operations" } }
    metrics                  = { namespace = "Fargate Failover" }
    archive_days             = 0
    permissions_boundary_arn = "boundary"
    tags                     = { "AWS:owner" = "platform" }
  }

  expect_failures = [
    var.name_prefix,
    var.workload_accounts,
    var.organization_id,
    var.external_id,
    var.names,
    var.operation,
    var.functions,
    var.package,
    var.alerts,
    var.metrics,
    var.archive_days,
    var.permissions_boundary_arn,
    var.tags,
  ]
}

run "bad_values_2" {
  command = plan

  module {
    source = "./modules/central-hub"
  }

  variables {
    alerts            = { topic = { arn = "arn:aws:sns:eu-west-1:111122223333:operations", kms_key_arn = "alias/operations" } }
    name_prefix       = "a-prefix-of-22-letters-"
    workload_accounts = [for number in range(81) : format("%012d", number)]
    names             = { interruption_queue = "" }
    functions         = { work = { timeout_seconds = 301 } }
    package           = { s3_bucket = "example-artifacts", s3_key = "/spot_failover.zip" }
    metrics           = { namespace = "AWS/Fargate" }
    archive_days      = 3654
    tags              = { for number in range(41) : "tag-${number}" => "" }
  }

  expect_failures = [
    var.alerts,
    var.name_prefix,
    var.workload_accounts,
    var.names,
    var.functions,
    var.package,
    var.metrics,
    var.archive_days,
    var.tags,
  ]
}

run "bad_values_3" {
  command = plan

  module {
    source = "./modules/central-hub"
  }

  variables {
    alerts       = { emails = ["platform"] }
    name_prefix  = "Dev-"
    names        = { interruption_queue = "fargate-spot-placement-failure-queue" }
    functions    = { work = { maximum_concurrency = 1 } }
    metrics      = { detail = "task" }
    prices       = { Frankfurt = {} }
    archive_days = 1.5
  }

  expect_failures = [
    var.alerts,
    var.name_prefix,
    var.names,
    var.functions,
    var.metrics,
    var.prices,
    var.archive_days,
  ]
}

run "bad_values_4" {
  command = plan

  module {
    source = "./modules/central-hub"
  }

  variables {
    alerts    = { slack = { workspace_id = "example", channel_id = "#operations" } }
    names     = { state_table = "ab" }
    functions = { log_level = "TRACE" }
    prices    = { eu-central-1 = { arm64 = { on_demand_vcpu = 0.04, on_demand_gb = 0.004, spot_vcpu = 0.01, spot_gb = 0.001 } } }
  }

  expect_failures = [
    var.alerts,
    var.names,
    var.functions,
    var.prices,
  ]
}

run "bad_values_5" {
  command = plan

  module {
    source = "./modules/central-hub"
  }

  variables {
    names     = { spoke_role = "Central Spot Role" }
    functions = { log_retention_days = 0 }
    prices    = { "*" = { ARM64 = { on_demand_vcpu = -0.04, on_demand_gb = 0.004, spot_vcpu = 0.01, spot_gb = 0.001 } } }
  }

  expect_failures = [
    var.names,
    var.functions,
    var.prices,
  ]
}

run "bad_values_6" {
  command = plan

  module {
    source = "./modules/central-hub"
  }

  variables {
    default_policy = { mode = "standby" }
    prices         = { for number in range(20) : "eu-west-${number}" => { ARM64 = { on_demand_vcpu = 0.04, on_demand_gb = 0.004, spot_vcpu = 0.01, spot_gb = 0.001 } } }
  }

  expect_failures = [var.default_policy, var.prices]
}

run "bad_values_7" {
  command = plan

  module {
    source = "./modules/central-hub"
  }

  variables {
    default_policy = { owner = join("", [for number in range(257) : "x"]) }
    alerts         = { thresholds = { health_score = 0 } }
  }

  expect_failures = [var.default_policy, var.alerts]
}

run "bad_values_8" {
  command = plan

  module {
    source = "./modules/central-hub"
  }

  variables {
    default_policy = { exclude = ["production"] }
    alerts         = { thresholds = { failovers_a_day = 0 } }
  }

  expect_failures = [var.default_policy, var.alerts]
}

run "bad_values_9" {
  command = plan

  module {
    source = "./modules/central-hub"
  }

  variables {
    default_policy = { exclude = [for number in range(100) : format("production/batch-%03d", number)] }
  }

  expect_failures = [var.default_policy]
}

run "bad_values_10" {
  command = plan

  module {
    source = "./modules/central-hub"
  }

  variables {
    default_policy = { thresholds = { scale = "linear" } }
    alerts         = { thresholds = { queue_age_seconds = 59 } }
  }

  expect_failures = [var.default_policy, var.alerts]
}

run "bad_values_11" {
  command = plan

  module {
    source = "./modules/central-hub"
  }

  variables {
    default_policy = { thresholds = { window_seconds = 9 } }
  }

  expect_failures = [var.default_policy]
}

run "bad_values_12" {
  command = plan

  module {
    source = "./modules/central-hub"
  }

  variables {
    default_policy = { restore = { backoff_seconds = 600, max_backoff_seconds = 599 } }
  }

  expect_failures = [var.default_policy]
}
