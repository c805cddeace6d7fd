# Every validation of the spoke refuses a value. A run breaks one validation of each variable it sets;
# test_validations.py checks that together they break every one, and that each answers with its own message.

mock_provider "aws" {
  source = "./tests/terraform/mocks"
}

variables {
  hub = {
    contract        = 1
    event_bus_arn   = "arn:aws:events:us-east-1:444455556666:event-bus/spot-failover"
    work_role_arn   = "arn:aws:iam::444455556666:role/spot-failover-work-us-east-1"
    external_id     = "spot-failover"
    spoke_role_name = "CentralSpotAutomationRole"
    drills          = false
  }
}

run "bad_values_1" {
  command = plan

  module {
    source = "./modules/workload-spoke"
  }

  variables {
    hub = {
      contract        = 2
      event_bus_arn   = "arn:aws:events:us-east-1:444455556666:event-bus/spot-failover"
      work_role_arn   = "arn:aws:iam::444455556666:role/spot-failover-work-us-east-1"
      external_id     = "spot-failover"
      spoke_role_name = "CentralSpotAutomationRole"
      drills          = false
    }
    account                  = { spoke_role_name = "arn:aws:iam::111122223333:role/Spot", forwarding_role_name = "spot-failover-forwarding" }
    clusters                 = ["arn:aws:ecs:eu-west-1:111122223333:cluster/web"]
    pass_role_arns           = ["*"]
    operation                = "off"
    permissions_boundary_arn = "boundary"
    alarm_actions            = ["operations"]
    tags                     = { "aws:owner" = "platform" }
  }

  expect_failures = [
    var.hub,
    var.account,
    var.clusters,
    var.pass_role_arns,
    var.operation,
    var.permissions_boundary_arn,
    var.alarm_actions,
    var.tags,
  ]
}

run "bad_values_2" {
  command = plan

  module {
    source = "./modules/workload-spoke"
  }

  variables {
    hub = {
      contract        = 1
      event_bus_arn   = "spot-failover"
      work_role_arn   = "arn:aws:iam::444455556666:role/spot-failover-work-us-east-1"
      external_id     = "spot-failover"
      spoke_role_name = "CentralSpotAutomationRole"
      drills          = false
    }
    account        = { spoke_role_name = "CentralSpotAutomationRole", forwarding_role_name = "" }
    pass_role_arns = ["arn:aws:iam::111122223333:role/web-*"]
    alarm_actions  = [for number in range(6) : "arn:aws:sns:eu-west-1:111122223333:operations-${number}"]
    tags           = { for number in range(41) : "tag-${number}" => "" }
  }

  expect_failures = [
    var.hub,
    var.account,
    var.pass_role_arns,
    var.alarm_actions,
    var.tags,
  ]
}

run "bad_values_3" {
  command = plan

  module {
    source = "./modules/workload-spoke"
  }

  variables {
    hub = {
      contract        = 1
      event_bus_arn   = "arn:aws:events:us-east-1:444455556666:event-bus/spot-failover"
      work_role_arn   = "spot-failover-work-us-east-1"
      external_id     = "spot-failover"
      spoke_role_name = "CentralSpotAutomationRole"
      drills          = false
    }
  }

  expect_failures = [var.hub]
}

run "bad_values_4" {
  command = plan

  module {
    source = "./modules/workload-spoke"
  }

  variables {
    hub = {
      contract        = 1
      event_bus_arn   = "arn:aws:events:us-east-1:444455556666:event-bus/spot-failover"
      work_role_arn   = "arn:aws:iam::444455556666:role/spot-failover-work-us-east-1"
      external_id     = ""
      spoke_role_name = "CentralSpotAutomationRole"
      drills          = false
    }
  }

  expect_failures = [var.hub]
}

run "bad_values_5" {
  command = plan

  module {
    source = "./modules/workload-spoke"
  }

  variables {
    hub = {
      contract        = 1
      event_bus_arn   = "arn:aws:events:us-east-1:444455556666:event-bus/spot-failover"
      work_role_arn   = "arn:aws:iam::444455556666:role/spot-failover-work-us-east-1"
      external_id     = "spot-failover"
      spoke_role_name = "Central Spot Role"
      drills          = false
    }
  }

  expect_failures = [var.hub]
}

run "bad_values_6" {
  command = plan

  module {
    source = "./modules/workload-spoke"
  }

  variables {
    hub = {
      contract        = 1
      event_bus_arn   = "arn:aws:events:us-east-1:444455556666:event-bus/spot-failover"
      work_role_arn   = "arn:aws:iam::444455556666:role/spot-failover-work-us-east-1"
      external_id     = "spot-failover"
      spoke_role_name = "CentralSpotAutomationRole"
      organization_id = "acme"
      drills          = false
    }
  }

  expect_failures = [var.hub]
}

run "bad_values_7" {
  command = plan

  module {
    source = "./modules/workload-spoke"
  }

  variables {
    default_policy = { mode = "standby" }
  }

  expect_failures = [var.default_policy]
}

run "bad_values_8" {
  command = plan

  module {
    source = "./modules/workload-spoke"
  }

  variables {
    default_policy = { owner = join("", [for number in range(257) : "x"]) }
  }

  expect_failures = [var.default_policy]
}

run "bad_values_9" {
  command = plan

  module {
    source = "./modules/workload-spoke"
  }

  variables {
    default_policy = { exclude = ["production"] }
  }

  expect_failures = [var.default_policy]
}

run "bad_values_10" {
  command = plan

  module {
    source = "./modules/workload-spoke"
  }

  variables {
    default_policy = { exclude = [for number in range(100) : format("production/batch-%03d", number)] }
  }

  expect_failures = [var.default_policy]
}

run "bad_values_11" {
  command = plan

  module {
    source = "./modules/workload-spoke"
  }

  variables {
    default_policy = { thresholds = { scale = "linear" } }
  }

  expect_failures = [var.default_policy]
}

run "bad_values_12" {
  command = plan

  module {
    source = "./modules/workload-spoke"
  }

  variables {
    default_policy = { thresholds = { window_seconds = 9 } }
  }

  expect_failures = [var.default_policy]
}

run "bad_values_13" {
  command = plan

  module {
    source = "./modules/workload-spoke"
  }

  variables {
    default_policy = { restore = { backoff_seconds = 600, max_backoff_seconds = 599 } }
  }

  expect_failures = [var.default_policy]
}
