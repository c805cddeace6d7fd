# What a registration writes.

mock_provider "aws" {
  source = "./tests/terraform/mocks"
}

variables {
  cluster_name             = "production"
  service_name             = "web"
  mode                     = "switch"
  ignores_strategy_changes = true
}

run "the_defaults_are_those_of_the_contract" {
  command = plan

  module {
    source = "./modules/protected-service"
  }

  assert {
    condition     = aws_ssm_parameter.policy.name == "/spot-failover/services/production/web" && aws_ssm_parameter.policy.type == "String"
    error_message = "The hub looks for the policy elsewhere."
  }

  assert {
    condition = jsondecode(aws_ssm_parameter.policy.insecure_value) == {
      schema  = 1
      mode    = "switch"
      dry_run = false
      owner   = ""
      thresholds = {
        window_seconds     = 300
        placement_failures = 1
        capacity_failures  = 3
        interruptions      = 5
        scale              = "fixed"
        waiting_seconds    = 180
        silent_surveys     = 3
      }
      failover = {
        on_demand_weight = 10
        healthy_percent  = 50
        timeout_seconds  = 600
      }
      restore = {
        interval_seconds    = 60
        window_seconds      = 600
        min_samples         = 10
        min_success_percent = 80
        max_error_percent   = 5
        canary_percent      = 10
        backoff_seconds     = 900
        max_backoff_seconds = 10800
        tries_per_day       = 4
      }
      standby = {
        service_name           = ""
        follow_task_definition = true
        reserve                = 0
      }
      surge = {
        tasks_per_interruption = 0
        max_tasks              = 10
      }
    }
    error_message = "The policy differs from the contract."
  }

  assert {
    condition     = output.policy == jsondecode(aws_ssm_parameter.policy.insecure_value)
    error_message = "The output \"policy\" is not what the hub reads."
  }

  assert {
    condition     = output.parameter_name == aws_ssm_parameter.policy.name
    error_message = "The output \"parameter_name\" is not the parameter's."
  }

  assert {
    condition     = output.service_id == "111122223333::eu-west-1::production::web"
    error_message = "The output \"service_id\" is not the key of the hub's tables."
  }

  assert {
    condition = jsondecode(regex("'(.*)'$", output.drill_command)[0]) == [{
      Source     = "test.aws.ecs"
      DetailType = "ECS Service Action"
      Resources  = ["arn:aws:ecs:eu-west-1:111122223333:service/production/web"]
      Detail = jsonencode({
        capacityProviderArns = ["arn:aws:ecs:eu-west-1:111122223333:capacity-provider/FARGATE_SPOT"]
        eventName            = "SERVICE_TASK_PLACEMENT_FAILURE"
        reason               = "RESOURCE:FARGATE"
      })
    }]
    error_message = "drill_command pretends something else than a placement failure of this service."
  }
}

run "every_part_of_the_policy_can_be_set" {
  command = plan

  module {
    source = "./modules/protected-service"
  }

  variables {
    mode    = "backfill"
    dry_run = true
    owner   = "team-web"
    standby = {
      service_name           = "web-on-demand"
      follow_task_definition = false
      reserve                = 2
    }
    thresholds = {
      window_seconds     = 60
      placement_failures = 2
      capacity_failures  = 4
      interruptions      = 6
      scale              = "circuit_breaker"
      waiting_seconds    = 30
      silent_surveys     = 2
    }
    failover = {
      on_demand_weight = 1
      healthy_percent  = 75
      timeout_seconds  = 120
    }
    restore = {
      interval_seconds    = 10
      window_seconds      = 30
      min_samples         = 3
      min_success_percent = 90
      max_error_percent   = 0
      canary_percent      = 25
      backoff_seconds     = 15
      max_backoff_seconds = 15
      tries_per_day       = 12
    }
    surge = {
      tasks_per_interruption = 1
      max_tasks              = 5
    }
  }

  assert {
    condition = jsondecode(aws_ssm_parameter.policy.insecure_value) == {
      schema     = 1
      mode       = "backfill"
      dry_run    = true
      owner      = "team-web"
      thresholds = var.thresholds
      failover   = var.failover
      restore    = var.restore
      standby    = var.standby
      surge      = var.surge
    }
    error_message = "The policy is not what was asked for."
  }
}

run "a_standby_follows_and_keeps_no_reserve_by_default" {
  command = plan

  module {
    source = "./modules/protected-service"
  }

  variables {
    mode    = "standby"
    standby = { service_name = "web-on-demand" }
  }

  assert {
    condition     = output.policy.mode == "standby"
    error_message = "The mode is not the one asked for."
  }

  assert {
    condition = output.policy.standby == {
      service_name           = "web-on-demand"
      follow_task_definition = true
      reserve                = 0
    }
    error_message = "The standby differs from the contract."
  }
}

run "a_plan_warns_until_both_services_are_said_to_keep_their_desired_count" {
  command = plan

  module {
    source = "./modules/protected-service"
  }

  variables {
    mode                     = "standby"
    standby                  = { service_name = "web-on-demand" }
    ignores_strategy_changes = false
  }

  expect_failures = [check.both_services_keep_their_desired_count]
}
