# What the spoke makes of its variables. IAM and queue policies: test_fleet.py.

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
    organization_id = null
    operation       = "active"
    drills          = false
  }
}

run "the_defaults_are_those_of_the_contract" {
  command = apply

  module {
    source = "./modules/workload-spoke"
  }

  assert {
    condition = toset(keys(aws_cloudwatch_event_rule.forwarding)) == toset([
      "spot-interruption", "spot-task-started", "spot-task-start-failed", "spot-placement-failure", "on-demand-shortage", "registration", "heartbeat",
    ])
    error_message = "A pattern has no rule."
  }

  assert {
    condition = alltrue([
      for name, rule in aws_cloudwatch_event_rule.forwarding :
      jsondecode(rule.event_pattern) == jsondecode(file("modules/workload-spoke/event-patterns/${name}.json"))
    ])
    error_message = "A rule has another pattern than its file."
  }

  assert {
    condition = alltrue([
      for target in values(aws_cloudwatch_event_target.forwarding) : [target.arn, target.role_arn, target.dead_letter_config[0].arn] == [
        "arn:aws:events:us-east-1:444455556666:event-bus/spot-failover",
        "arn:aws:iam::111122223333:role/spot-failover-forwarding",
        "arn:aws:sqs:eu-west-1:111122223333:spot-failover-forwarding-dlq",
      ]
    ])
    error_message = "A rule forwards to another bus, as another role, or loses what it cannot forward."
  }

  assert {
    condition     = toset(keys(aws_cloudwatch_event_target.forwarding)) == toset(keys(aws_cloudwatch_event_rule.forwarding))
    error_message = "A rule has no target."
  }

  assert {
    condition     = length(aws_cloudwatch_event_rule.drill) + length(aws_cloudwatch_event_target.drill) == 0
    error_message = "Drills are forwarded though the hub allows none."
  }

  assert {
    condition = output.rule_arns == {
      for name, rule in aws_cloudwatch_event_rule.forwarding : name => "arn:aws:events:eu-west-1:111122223333:rule/${rule.name}"
    }
    error_message = "The output \"rule_arns\" does not name the rules."
  }

  assert {
    condition     = output.dead_letter_queue_arn == "arn:aws:sqs:eu-west-1:111122223333:${aws_sqs_queue.dead_letter.name}"
    error_message = "The output \"dead_letter_queue_arn\" does not name the queue."
  }

  assert {
    condition     = aws_sqs_queue.dead_letter.sqs_managed_sse_enabled
    error_message = "The dead-letter queue is not encrypted."
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.dead_letter_queue) == 0
    error_message = "There is an alarm that tells nobody."
  }

  assert {
    condition     = aws_scheduler_schedule.heartbeat.schedule_expression == "rate(1 hour)" && aws_scheduler_schedule.heartbeat.target[0].arn == "arn:aws:events:eu-west-1:111122223333:event-bus/default"
    error_message = "The heartbeat comes at other times, or does not take the way of other events."
  }

  assert {
    condition = (
      contains(jsondecode(aws_cloudwatch_event_rule.forwarding["heartbeat"].event_pattern)["source"], aws_scheduler_schedule.heartbeat.target[0].eventbridge_parameters[0].source) &&
      contains(jsondecode(aws_cloudwatch_event_rule.forwarding["heartbeat"].event_pattern)["detail-type"], aws_scheduler_schedule.heartbeat.target[0].eventbridge_parameters[0].detail_type)
    )
    error_message = "The rule for heartbeats does not match the heartbeat."
  }

  assert {
    condition     = aws_ssm_parameter.spoke.name == "/spot-failover/spoke" && aws_ssm_parameter.spoke.type == "String"
    error_message = "The hub looks for the record elsewhere."
  }

  assert {
    condition = jsondecode(aws_ssm_parameter.spoke.insecure_value) == {
      contract    = 1
      version     = "0.1.0"
      hub_bus_arn = "arn:aws:events:us-east-1:444455556666:event-bus/spot-failover"
      clusters    = []
      operation   = "active"
    }
    error_message = "The record differs from the contract."
  }

  assert {
    condition     = [for role in concat(aws_iam_role.spoke, aws_iam_role.forwarding) : role.name] == ["CentralSpotAutomationRole", "spot-failover-forwarding"]
    error_message = "The account's roles are not made, or have other names."
  }

  assert {
    condition = output.account == {
      spoke_role_name      = "CentralSpotAutomationRole"
      forwarding_role_name = "spot-failover-forwarding"
    }
    error_message = "The output \"account\" does not name the roles, or is not known when planned."
  }
}

run "everything_can_be_chosen" {
  command = plan

  module {
    source = "./modules/workload-spoke"
  }

  variables {
    hub = {
      contract        = 1
      event_bus_arn   = "arn:aws:events:us-east-1:444455556666:event-bus/dev-spot-failover"
      work_role_arn   = "arn:aws:iam::444455556666:role/dev-spot-failover-work-us-east-1"
      external_id     = "spot-failover"
      spoke_role_name = "dev-CentralSpotAutomationRole"
      drills          = true
    }
    clusters                 = ["web", "batch"]
    operation                = "dry_run"
    default_policy           = { dry_run = false, owner = "team-web", exclude = ["web/canary-?"] }
    alarm_actions            = ["arn:aws:sns:eu-west-1:111122223333:operations"]
    permissions_boundary_arn = "arn:aws:iam::111122223333:policy/boundary"
  }

  assert {
    condition = alltrue([
      for name in concat(
        [for rule in values(aws_cloudwatch_event_rule.forwarding) : rule.name],
        [aws_sqs_queue.dead_letter.name, aws_scheduler_schedule.heartbeat.name, aws_scheduler_schedule_group.main.name],
        [aws_iam_role.spoke[0].name, aws_iam_role.forwarding[0].name],
      ) : startswith(name, "dev-")
    ])
    error_message = "A name would collide with that of another hub's spoke."
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.drill[0].event_pattern) == jsondecode(file("modules/workload-spoke/event-patterns/drill.json"))
    error_message = "The rule for drills has another pattern than its file."
  }

  assert {
    condition     = aws_cloudwatch_event_target.drill[0].arn == "arn:aws:events:us-east-1:444455556666:event-bus/dev-spot-failover"
    error_message = "Drills go to another bus."
  }

  assert {
    condition     = output.rule_arns["drill"] == "arn:aws:events:eu-west-1:111122223333:rule/${aws_cloudwatch_event_rule.drill[0].name}"
    error_message = "The output \"rule_arns\" does not name the rule for drills."
  }

  assert {
    condition     = alltrue([for role in concat(aws_iam_role.spoke, aws_iam_role.forwarding) : role.permissions_boundary == "arn:aws:iam::111122223333:policy/boundary"])
    error_message = "A role has no permissions boundary."
  }

  assert {
    condition     = jsondecode(aws_ssm_parameter.spoke.insecure_value).clusters == ["batch", "web"]
    error_message = "The record does not name the clusters."
  }

  assert {
    condition = {
      for field in ["mode", "dry_run", "owner", "exclude"] : field => jsondecode(aws_ssm_parameter.spoke.insecure_value).default_policy[field]
      } == {
      mode    = "switch"
      dry_run = false
      owner   = "team-web"
      exclude = ["web/canary-?"]
    }
    error_message = "The record's default policy is not the one asked for."
  }

  assert {
    condition     = jsondecode(aws_ssm_parameter.spoke.insecure_value).operation == "dry_run"
    error_message = "The record does not hold the hub back."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.dead_letter_queue[0].dimensions.QueueName == aws_sqs_queue.dead_letter.name
    error_message = "The alarm watches another queue."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.dead_letter_queue[0].alarm_actions == toset(["arn:aws:sns:eu-west-1:111122223333:operations"])
    error_message = "The alarm tells nobody."
  }
}

run "another_region_adds_to_the_accounts_roles" {
  command = plan

  module {
    source = "./modules/workload-spoke"
  }

  variables {
    account = {
      spoke_role_name      = "CentralSpotAutomationRole"
      forwarding_role_name = "spot-failover-forwarding"
    }
  }

  assert {
    condition     = length(aws_iam_role.spoke) + length(aws_iam_role.forwarding) == 0
    error_message = "A role would be made a second time."
  }

  assert {
    condition = [
      for policy in [aws_iam_role_policy.spoke, aws_iam_role_policy.forwarding] : [policy.role, policy.name]
      ] == [
      ["CentralSpotAutomationRole", "spot-failover-eu-west-1"],
      ["spot-failover-forwarding", "spot-failover-eu-west-1"],
    ]
    error_message = "The region attaches no policy of its own to the account's roles."
  }

  assert {
    condition     = output.account == var.account
    error_message = "The output \"account\" differs from that of the first region."
  }
}

run "an_account_and_region_can_be_drained" {
  command = plan

  module {
    source = "./modules/workload-spoke"
  }

  variables {
    operation = "drain"
  }

  assert {
    condition     = jsondecode(aws_ssm_parameter.spoke.insecure_value).operation == "drain"
    error_message = "The account and region would not come home."
  }
}

run "a_record_that_a_parameter_cannot_hold_is_refused" {
  command = plan

  module {
    source = "./modules/workload-spoke"
  }

  variables {
    clusters = [for number in range(40) : format("%s-%02d", join("", [for part in range(10) : "production"]), number)]
  }

  expect_failures = [aws_ssm_parameter.spoke]
}
