# Every validation of a registration refuses a value. A run breaks one validation of each variable it sets;
# test_validations.py checks that together they break every one, and that each answers with its own message.

mock_provider "aws" {
  source = "./tests/terraform/mocks"
}

variables {
  cluster_name             = "production"
  service_name             = "web"
  mode                     = "switch"
  ignores_strategy_changes = true
}

run "bad_values_1" {
  command = plan

  module {
    source = "./modules/protected-service"
  }

  variables {
    cluster_name             = "arn:aws:ecs:eu-west-1:111122223333:cluster/production"
    service_name             = "production/web"
    mode                     = "standby"
    ignores_strategy_changes = false
    thresholds               = { window_seconds = 9 }
    failover                 = { on_demand_weight = 0 }
    restore                  = { window_seconds = 4 }
    owner                    = join("", [for number in range(257) : "x"])
    tags                     = { "aws:owner" = "platform" }
  }

  expect_failures = [
    var.cluster_name,
    var.service_name,
    var.mode,
    var.ignores_strategy_changes,
    var.thresholds,
    var.failover,
    var.restore,
    var.owner,
    var.tags,
  ]
}

run "bad_values_2" {
  command = plan

  module {
    source = "./modules/protected-service"
  }

  variables {
    thresholds = { placement_failures = 0 }
    failover   = { on_demand_weight = 1001 }
    tags       = { for number in range(41) : "tag-${number}" => "" }
  }

  expect_failures = [
    var.thresholds,
    var.failover,
    var.tags,
  ]
}

run "bad_values_3" {
  command = plan

  module {
    source = "./modules/protected-service"
  }

  variables {
    thresholds = { capacity_failures = 1001 }
    failover   = { on_demand_weight = 2.5 }
    restore    = { min_success_percent = 0 }
  }

  expect_failures = [
    var.thresholds,
    var.failover,
    var.restore,
  ]
}

run "bad_values_4" {
  command = plan

  module {
    source = "./modules/protected-service"
  }

  variables {
    thresholds = { interruptions = 1.5 }
    restore    = { max_error_percent = 101 }
  }

  expect_failures = [
    var.thresholds,
    var.restore,
  ]
}

run "bad_values_5" {
  command = plan

  module {
    source = "./modules/protected-service"
  }

  variables {
    thresholds = { scale = "linear" }
    restore    = { backoff_seconds = 86401, max_backoff_seconds = 86401 }
  }

  expect_failures = [
    var.thresholds,
    var.restore,
  ]
}

run "bad_values_6" {
  command = plan

  module {
    source = "./modules/protected-service"
  }

  variables {
    restore = { backoff_seconds = 600, max_backoff_seconds = 599 }
  }

  expect_failures = [var.restore]
}
