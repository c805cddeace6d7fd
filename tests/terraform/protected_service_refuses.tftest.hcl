# Every validation of a registration refuses a value. A run breaks one validation of each variable it sets, but for
# those it does not expect to fail; test_validations.py checks that together they break every one, that each answers
# with its own message, and that numbers keep within policy-bounds.json.

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
    cluster_name = "arn:aws:ecs:eu-west-1:111122223333:cluster/production"
    service_name = "production/web"
    mode         = "fallback"
    thresholds   = { window_seconds = 9 }
    failover     = { on_demand_weight = 0 }
    restore      = { canary_percent = 2.5 }
    surge        = { max_tasks = 0 }
    owner        = join("", [for number in range(257) : "x"])
    tags         = { "aws:owner" = "platform" }
  }

  expect_failures = [
    var.cluster_name,
    var.service_name,
    var.mode,
    var.thresholds,
    var.failover,
    var.restore,
    var.surge,
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
    ignores_strategy_changes = false
    standby                  = { service_name = "web-on-demand" }
    thresholds               = { scale = "linear" }
    restore                  = { backoff_seconds = 600, max_backoff_seconds = 599 }
    tags                     = { for number in range(41) : "tag-${number}" => "" }
  }

  expect_failures = [
    var.ignores_strategy_changes,
    var.standby,
    var.thresholds,
    var.restore,
    var.tags,
  ]
}

run "bad_values_3" {
  command = plan

  module {
    source = "./modules/protected-service"
  }

  variables {
    mode    = "standby"
    standby = null
  }

  expect_failures = [var.standby]
}

run "bad_values_4" {
  command = plan

  module {
    source = "./modules/protected-service"
  }

  variables {
    mode    = "standby"
    standby = { service_name = "production/web-on-demand" }
  }

  expect_failures = [var.standby]
}

run "bad_values_5" {
  command = plan

  module {
    source = "./modules/protected-service"
  }

  variables {
    mode    = "backfill"
    standby = { service_name = "web" }
  }

  expect_failures = [var.standby]
}

run "bad_values_6" {
  command = plan

  module {
    source = "./modules/protected-service"
  }

  variables {
    mode    = "backfill"
    standby = { service_name = "web-on-demand", reserve = 1001 }
  }

  expect_failures = [var.standby]
}
