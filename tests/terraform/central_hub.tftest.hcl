# What the hub makes of its variables. IAM and queue policies: test_fleet.py.

mock_provider "aws" {
  source = "./tests/terraform/mocks"
}

variables {
  package = {
    s3_bucket = "example-artifacts"
    s3_key    = "spot_failover.zip"
  }
}

run "the_defaults_are_those_of_the_contract" {
  command = apply

  module {
    source = "./modules/central-hub"
  }

  assert {
    condition = { for key, queue in aws_sqs_queue.main : key => queue.name } == {
      placement_failure = "fargate-spot-placement-failure-queue"
      interruption      = "fargate-spot-interruption-queue"
      control           = "spot-failover-control-queue"
      work              = "spot-failover-work.fifo"
    }
    error_message = "A queue has another name."
  }

  assert {
    condition = { for key, queue in aws_sqs_queue.dead_letter : key => queue.name } == {
      placement_failure = "fargate-spot-placement-failure-queue-dlq"
      interruption      = "fargate-spot-interruption-queue-dlq"
      control           = "spot-failover-control-queue-dlq"
      work              = "spot-failover-work-dlq.fifo"
    }
    error_message = "A dead-letter queue has another name."
  }

  assert {
    condition     = [aws_dynamodb_table.state.name, aws_dynamodb_table.evidence.name] == ["ecs_cp_restore_state", "spot-failover-evidence"]
    error_message = "A table has another name."
  }

  assert {
    condition     = aws_cloudwatch_event_bus.main.name == "spot-failover"
    error_message = "The bus has another name."
  }

  assert {
    condition     = output.spoke.spoke_role_name == "CentralSpotAutomationRole"
    error_message = "The spoke's role has another name."
  }

  assert {
    condition = { for key, role in aws_iam_role.function : key => role.name } == {
      console = "spot-failover-console-eu-west-1"
      observe = "spot-failover-observe-eu-west-1"
      work    = "spot-failover-work-eu-west-1"
    }
    error_message = "A function's role has another name, or one that does not tell regions apart."
  }

  assert {
    condition     = output.event_bus_arn == output.spoke.event_bus_arn
    error_message = "event_bus_arn is not the bus of the spokes."
  }

  assert {
    condition = output.queues["work"] == {
      name = "spot-failover-work.fifo"
      arn  = "arn:aws:sqs:eu-west-1:111122223333:spot-failover-work.fifo"
      url  = "https://sqs.eu-west-1.amazonaws.com/111122223333/spot-failover-work.fifo"
    }
    error_message = "The output \"queues\" does not name the work queue."
  }

  assert {
    condition = output.dead_letter_queues["interruption"] == {
      name = "fargate-spot-interruption-queue-dlq"
      arn  = "arn:aws:sqs:eu-west-1:111122223333:fargate-spot-interruption-queue-dlq"
      url  = "https://sqs.eu-west-1.amazonaws.com/111122223333/fargate-spot-interruption-queue-dlq"
    }
    error_message = "The output \"dead_letter_queues\" does not name the interruption queue's."
  }

  assert {
    condition = output.functions["observe"] == {
      name      = "spot-failover-observe"
      arn       = "arn:aws:lambda:eu-west-1:111122223333:function:spot-failover-observe"
      role_arn  = "arn:aws:iam::111122223333:role/spot-failover-observe-eu-west-1"
      log_group = "/aws/lambda/spot-failover-observe"
    }
    error_message = "The output \"functions\" does not name observe."
  }

  assert {
    condition = output.state_table == {
      name = "ecs_cp_restore_state"
      arn  = "arn:aws:dynamodb:eu-west-1:111122223333:table/ecs_cp_restore_state"
    }
    error_message = "The output \"state_table\" does not name the table."
  }

  assert {
    condition     = output.alert_topic_arn == "arn:aws:sns:eu-west-1:111122223333:spot-failover-alerts"
    error_message = "The output \"alert_topic_arn\" does not name the hub's topic."
  }

  assert {
    condition     = strcontains(output.status_command, "--region eu-west-1 --table-name ecs_cp_restore_state ")
    error_message = "status_command does not read the state table in its region."
  }

  assert {
    condition     = output.dashboard_url == "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#dashboards/dashboard/${aws_cloudwatch_dashboard.main.dashboard_name}"
    error_message = "dashboard_url does not lead to the dashboard."
  }

  assert {
    condition     = output.drill_command == null
    error_message = "drill_command offers a drill that nothing would follow."
  }

  assert {
    condition     = toset(keys(aws_cloudwatch_event_rule.delivery)) == toset(["placement-failure", "interruption", "control", "command"])
    error_message = "There are other rules than those of real events and commands."
  }

  assert {
    condition     = aws_lambda_function.main["observe"].environment[0].variables["DRILLS"] == "false"
    error_message = "observe would believe a drill."
  }

  assert {
    condition     = aws_lambda_function.main["work"].environment[0].variables["DEFAULT_POLICY"] == ""
    error_message = "work would take in services that nobody registered."
  }

  assert {
    condition     = length(aws_cloudwatch_event_bus_policy.main) == 0
    error_message = "The bus has a policy though nobody was named."
  }

  assert {
    condition     = aws_dynamodb_table.state.deletion_protection_enabled && aws_dynamodb_table.state.point_in_time_recovery[0].enabled
    error_message = "The state table can be lost."
  }

  assert {
    condition     = aws_dynamodb_table.state.server_side_encryption[0].enabled && aws_dynamodb_table.evidence.server_side_encryption[0].enabled
    error_message = "A table is not encrypted with the account's key."
  }

  assert {
    condition     = one(aws_dynamodb_table.state.global_secondary_index).name == "parent" && one(aws_dynamodb_table.state.global_secondary_index).hash_key == "parent" && one(aws_dynamodb_table.state.global_secondary_index).range_key == "id"
    error_message = "The fleet and the services of an account and region cannot be listed."
  }

  assert {
    condition     = aws_dynamodb_table.evidence.ttl[0].enabled && aws_dynamodb_table.evidence.ttl[0].attribute_name == "expires_at"
    error_message = "Evidence never expires."
  }

  assert {
    condition     = length(aws_sns_topic.alerts) == 1 && aws_kms_key.alerts[0].enable_key_rotation
    error_message = "There is no topic, or its key does not rotate."
  }

  assert {
    condition = (
      { for key, alarm in aws_cloudwatch_metric_alarm.dead_letter_queue : key => alarm.dimensions.QueueName } ==
      { for key, queue in aws_sqs_queue.dead_letter : key => queue.name }
    )
    error_message = "A dead-letter queue has no alarm."
  }

  assert {
    condition = (
      { for key, alarm in aws_cloudwatch_metric_alarm.queue_age : key => [alarm.dimensions.QueueName, alarm.metric_name, alarm.statistic, alarm.threshold, alarm.period, alarm.evaluation_periods] } ==
      { for key, queue in aws_sqs_queue.main : key => [queue.name, "ApproximateAgeOfOldestMessage", "Maximum", 300, 60, 3] }
    )
    error_message = "Messages could wait in a queue unseen."
  }

  assert {
    condition = (
      { for key, alarm in aws_cloudwatch_metric_alarm.undelivered : key => [alarm.namespace, alarm.metric_name, alarm.dimensions.EventBusName, alarm.dimensions.RuleName, alarm.statistic] } ==
      { for key, rule in aws_cloudwatch_event_rule.delivery : key => ["AWS/Events", "FailedInvocations", rule.event_bus_name, rule.name, "Sum"] }
    )
    error_message = "A rule could fail to deliver unseen."
  }

  assert {
    condition = (
      { for key, alarm in aws_cloudwatch_metric_alarm.function_throttles : key => [alarm.dimensions.FunctionName, alarm.metric_name, alarm.evaluation_periods] } ==
      { for key, function in aws_lambda_function.main : key => [function.function_name, "Throttles", 2] }
    )
    error_message = "A function could be throttled unseen."
  }

  assert {
    condition = alltrue([
      for key, alarm in aws_cloudwatch_metric_alarm.dead_letter_queue :
      strcontains(alarm.alarm_description, "aws sqs start-message-move-task --source-arn ${aws_cloudwatch_metric_alarm.dead_letter_queue[key].dimensions.QueueName == output.dead_letter_queues[key].name ? output.dead_letter_queues[key].arn : "another"} --destination-arn ${output.queues[key].arn}")
    ])
    error_message = "The alarm of a dead-letter queue does not say how to redrive it."
  }

  assert {
    condition = alltrue([
      for alarm in concat(
        values(aws_cloudwatch_metric_alarm.dead_letter_queue),
        values(aws_cloudwatch_metric_alarm.queue_age),
        values(aws_cloudwatch_metric_alarm.function_errors),
        values(aws_cloudwatch_metric_alarm.function_throttles),
        values(aws_cloudwatch_metric_alarm.undelivered),
        values(aws_cloudwatch_metric_alarm.counted),
        [aws_cloudwatch_metric_alarm.hub_silent],
      ) : length(alarm.alarm_description) > 80 && length(alarm.alarm_description) <= 1024
    ])
    error_message = "An alarm does not say what it means and what to do, or says more than CloudWatch takes."
  }

  assert {
    condition = (
      { for key, alarm in aws_cloudwatch_metric_alarm.function_errors : key => alarm.dimensions.FunctionName } ==
      { for key, function in aws_lambda_function.main : key => function.function_name }
    )
    error_message = "A function has no alarm."
  }

  assert {
    condition = alltrue([
      for alarm in concat(
        values(aws_cloudwatch_metric_alarm.dead_letter_queue),
        values(aws_cloudwatch_metric_alarm.queue_age),
        values(aws_cloudwatch_metric_alarm.function_errors),
        values(aws_cloudwatch_metric_alarm.function_throttles),
        values(aws_cloudwatch_metric_alarm.undelivered),
        values(aws_cloudwatch_metric_alarm.counted),
        [aws_cloudwatch_metric_alarm.hub_silent],
      ) : alarm.alarm_actions == toset([output.alert_topic_arn]) && alarm.ok_actions == alarm.alarm_actions
    ])
    error_message = "An alarm tells nobody that it rose, or that it is over."
  }

  assert {
    condition = { for name, alarm in aws_cloudwatch_metric_alarm.counted : name => [alarm.metric_name, alarm.statistic, alarm.comparison_operator, alarm.threshold, alarm.period, alarm.evaluation_periods, alarm.treat_missing_data] } == {
      rejected-events        = ["RejectedEvents", "Sum", "GreaterThanThreshold", 0, 300, 1, "notBreaching"]
      failed-passes          = ["FailedPasses", "Sum", "GreaterThanThreshold", 0, 300, 3, "notBreaching"]
      failed-readings        = ["FailedReadings", "Sum", "GreaterThanThreshold", 0, 300, 3, "notBreaching"]
      undelivered-messages   = ["UndeliveredMessages", "Sum", "GreaterThanThreshold", 0, 300, 3, "notBreaching"]
      silent-spokes          = ["SilentSpokes", "Sum", "GreaterThanThreshold", 0, 3600, 1, "notBreaching"]
      denied-spokes          = ["DeniedSpokes", "Sum", "GreaterThanThreshold", 0, 300, 3, "notBreaching"]
      spot-health-low        = ["SpotHealthScore", "Minimum", "LessThanThreshold", 30, 60, 10, "notBreaching"]
      failovers-too-frequent = ["FailoversOfOneServiceToday", "Maximum", "GreaterThanThreshold", 5, 300, 1, "notBreaching"]
      restores-used-up       = ["RestoresUsedUp", "Maximum", "GreaterThanThreshold", 0, 300, 1, "notBreaching"]
    }
    error_message = "A fault that the functions count raises no alarm, or another one."
  }

  assert {
    condition = alltrue([
      for alarm in values(aws_cloudwatch_metric_alarm.counted) : alltrue([
        for function in values(aws_lambda_function.main) : alarm.dimensions.service == function.environment[0].variables["POWERTOOLS_SERVICE_NAME"]
      ])
    ])
    error_message = "An alarm watches what another hub counts."
  }

  assert {
    condition = [
      for alarm in [aws_cloudwatch_metric_alarm.hub_silent] :
      [alarm.namespace, alarm.metric_name, alarm.dimensions.FunctionName, alarm.statistic, alarm.comparison_operator, alarm.threshold, alarm.period, alarm.evaluation_periods, alarm.treat_missing_data]
    ] == [["AWS/Lambda", "Invocations", aws_lambda_function.main["observe"].function_name, "Sum", "LessThanThreshold", 1, 300, 2, "breaching"]]
    error_message = "A hub that has stopped looks like one in good health."
  }

  assert {
    condition     = aws_scheduler_schedule.tick.schedule_expression == "rate(1 minute)" && aws_scheduler_schedule.tick.flexible_time_window[0].mode == "OFF"
    error_message = "The tick comes at other times."
  }

  assert {
    condition     = aws_scheduler_schedule.tick.target[0].arn == output.queues["control"].arn
    error_message = "The tick goes elsewhere than to the control queue."
  }

  assert {
    condition     = jsondecode(aws_scheduler_schedule.tick.target[0].input) == { source = "spot-failover.hub", detail-type = "Tick" }
    error_message = "observe would not know the tick."
  }

  assert {
    condition     = alltrue([for queue in concat(values(aws_sqs_queue.main), values(aws_sqs_queue.dead_letter)) : queue.sqs_managed_sse_enabled])
    error_message = "A queue is not encrypted."
  }

  assert {
    condition = alltrue([
      for key, queue in aws_sqs_queue.main : jsondecode(queue.redrive_policy) == {
        deadLetterTargetArn = output.dead_letter_queues[key].arn
        maxReceiveCount     = 5
      }
    ])
    error_message = "A queue gives up messages to another queue than its own dead-letter queue."
  }

  assert {
    condition = alltrue([
      for key, queue in aws_sqs_queue.dead_letter : jsondecode(queue.redrive_allow_policy) == {
        redrivePermission = "byQueue"
        sourceQueueArns   = [output.queues[key].arn]
      }
    ])
    error_message = "A dead-letter queue takes messages of other queues than its own."
  }

  assert {
    condition     = alltrue([for key, queue in aws_sqs_queue.dead_letter : queue.message_retention_seconds > aws_sqs_queue.main[key].message_retention_seconds])
    error_message = "A message that arrives late in a dead-letter queue would be gone at once."
  }

  assert {
    condition = alltrue([
      for queue in [aws_sqs_queue.main["work"], aws_sqs_queue.dead_letter["work"]] :
      queue.fifo_queue && !queue.content_based_deduplication && queue.fifo_throughput_limit == "perMessageGroupId"
    ])
    error_message = "The work queue does not keep the order of each service, or drops messages by their content."
  }

  assert {
    condition = alltrue([
      for mapping in values(aws_lambda_event_source_mapping.main) :
      mapping.function_response_types == toset(["ReportBatchItemFailures"])
    ])
    error_message = "One bad message would fail its whole batch."
  }

  assert {
    condition     = aws_lambda_event_source_mapping.main["work"].batch_size == 1
    error_message = "A region that hangs would take other accounts' services with it."
  }

  assert {
    condition     = aws_lambda_function.main["work"].timeout == 30 && aws_sqs_queue.main["work"].visibility_timeout_seconds == 180
    error_message = "A crash locks its service for longer than three minutes."
  }
}

run "everything_can_be_chosen" {
  command = plan

  module {
    source = "./modules/central-hub"
  }

  variables {
    name_prefix = "dev-"
    names = {
      placement_failure_queue = "placement"
      interruption_queue      = "interruption"
      state_table             = "state"
      spoke_role              = "SpotRole"
    }
    organization_id = "o-a1b2c3d4e5"
    external_id     = "another"
    operation       = "dry_run"
    allow_drills    = true
    default_policy = {
      dry_run    = false
      owner      = "platform"
      exclude    = ["production/batch-*"]
      thresholds = { interruptions = 3 }
      restore    = { tries_per_day = 2 }
    }
    functions = {
      console            = { memory_mb = 2048, timeout_seconds = 60 }
      observe            = { memory_mb = 256, timeout_seconds = 20, maximum_concurrency = 3 }
      work               = { memory_mb = 1024, timeout_seconds = 40, maximum_concurrency = 7 }
      log_level          = "DEBUG"
      log_retention_days = 7
    }
    package = {
      s3_bucket         = "example-artifacts"
      s3_key            = "releases/spot_failover.zip"
      s3_object_version = "abc"
    }
    alerts                   = { topic = { arn = "arn:aws:sns:eu-west-1:111122223333:operations", kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/ours" }, thresholds = { health_score = 40, failovers_a_day = 3, queue_age_seconds = 600 } }
    metrics                  = { namespace = "Own/Namespace", detail = "account" }
    prices                   = { "*" = { ARM64 = { on_demand_vcpu = 0.04, on_demand_gb = 0.004, spot_vcpu = 0.01, spot_gb = 0.001 } } }
    archive_days             = 30
    deletion_protection      = false
    permissions_boundary_arn = "arn:aws:iam::111122223333:policy/boundary"
  }

  assert {
    condition = [
      aws_sqs_queue.main["placement_failure"].name,
      aws_sqs_queue.dead_letter["placement_failure"].name,
      aws_sqs_queue.main["interruption"].name,
      aws_dynamodb_table.state.name,
      output.spoke.spoke_role_name,
    ] == ["dev-placement", "dev-placement-dlq", "dev-interruption", "dev-state", "dev-SpotRole"]
    error_message = "A chosen name is not used, or the prefix is not in front of it."
  }

  assert {
    condition = output.spoke == {
      contract        = 1
      event_bus_arn   = "arn:aws:events:eu-west-1:111122223333:event-bus/dev-spot-failover"
      work_role_arn   = "arn:aws:iam::111122223333:role/dev-spot-failover-work-eu-west-1"
      external_id     = "another"
      spoke_role_name = "dev-SpotRole"
      organization_id = "o-a1b2c3d4e5"
      operation       = "dry_run"
      drills          = true
    }
    error_message = "The output \"spoke\" differs from the contract, or is not known when planned."
  }

  assert {
    condition = alltrue([
      for drill in ["placement-failure", "interruption"] :
      aws_cloudwatch_event_target.delivery["${drill}-drill"].arn == aws_cloudwatch_event_target.delivery[drill].arn
    ])
    error_message = "A drill ends in another queue than the real event."
  }

  assert {
    condition     = aws_lambda_function.main["observe"].environment[0].variables["DRILLS"] == "true"
    error_message = "observe would refuse a drill."
  }

  assert {
    condition     = strcontains(output.drill_command, "\"EventBusName\":\"dev-spot-failover\"") && strcontains(output.drill_command, "SERVICE_TASK_PLACEMENT_FAILURE")
    error_message = "drill_command does not put a placement failure on the hub's bus."
  }

  assert {
    condition = { for rule, target in aws_cloudwatch_event_target.delivery : rule => target.arn } == {
      placement-failure       = "arn:aws:sqs:eu-west-1:111122223333:dev-placement"
      placement-failure-drill = "arn:aws:sqs:eu-west-1:111122223333:dev-placement"
      interruption            = "arn:aws:sqs:eu-west-1:111122223333:dev-interruption"
      interruption-drill      = "arn:aws:sqs:eu-west-1:111122223333:dev-interruption"
      control                 = "arn:aws:sqs:eu-west-1:111122223333:dev-spot-failover-control-queue"
      command                 = "arn:aws:sqs:eu-west-1:111122223333:dev-spot-failover-control-queue"
    }
    error_message = "A rule delivers into another queue."
  }

  assert {
    condition = alltrue([
      for rule, target in aws_cloudwatch_event_target.delivery :
      target.dead_letter_config[0].arn == "${trimsuffix(target.arn, ".fifo")}-dlq"
    ])
    error_message = "A rule loses what it cannot deliver, or leaves it with another queue."
  }

  assert {
    condition = alltrue([
      for name, rule in aws_cloudwatch_event_rule.delivery :
      { for key, value in jsondecode(rule.event_pattern) : key => value if key != "account" } == jsondecode(file("modules/central-hub/event-patterns/${name}.json"))
    ])
    error_message = "A rule has another pattern than its file."
  }

  assert {
    condition = { for name, rule in aws_cloudwatch_event_rule.delivery : name => jsondecode(rule.event_pattern)["account"]
    if can(jsondecode(rule.event_pattern)["account"]) } == { command = ["111122223333"] }
    error_message = "Another account could command, or a rule of events leaves accounts out."
  }

  assert {
    condition     = alltrue([for rule in values(aws_cloudwatch_event_rule.delivery) : rule.event_bus_name == "dev-spot-failover"])
    error_message = "A rule stands on another bus."
  }

  assert {
    condition     = length(aws_cloudwatch_event_bus_policy.main) == 1
    error_message = "The bus has no policy for the organization."
  }

  assert {
    condition = { for key, queue in aws_sqs_queue.main : key => queue.visibility_timeout_seconds } == {
      placement_failure = 120
      interruption      = 120
      control           = 120
      work              = 240
    }
    error_message = "A message would be seen again before six timeouts of its function are over."
  }

  assert {
    condition = { for key, mapping in aws_lambda_event_source_mapping.main : key => [mapping.function_name, mapping.scaling_config[0].maximum_concurrency] } == {
      placement_failure = ["dev-spot-failover-observe", 3]
      interruption      = ["dev-spot-failover-observe", 3]
      control           = ["dev-spot-failover-observe", 3]
      work              = ["dev-spot-failover-work", 7]
    }
    error_message = "A queue feeds another function, or with another concurrency."
  }

  assert {
    condition = { for key, function in aws_lambda_function.main : key => [function.handler, function.memory_size, function.runtime, function.architectures[0]] } == {
      console = ["spot_failover.functions.console.handler", 2048, "python3.13", "arm64"]
      observe = ["spot_failover.functions.observe.handler", 256, "python3.13", "arm64"]
      work    = ["spot_failover.functions.work.handler", 1024, "python3.13", "arm64"]
    }
    error_message = "A function runs another handler, or otherwise than asked for."
  }

  assert {
    condition = aws_lambda_function.main["console"].environment[0].variables == tomap({
      STATE_TABLE             = "dev-state"
      LOG_LEVEL               = "DEBUG"
      POWERTOOLS_SERVICE_NAME = "dev-spot-failover"
    })
    error_message = "console has other settings than the package reads."
  }

  assert {
    condition = aws_lambda_function.main["observe"].environment[0].variables == tomap({
      EVIDENCE_TABLE          = "dev-spot-failover-evidence"
      STATE_TABLE             = "dev-state"
      WORK_QUEUE_URL          = "https://sqs.eu-west-1.amazonaws.com/111122223333/dev-spot-failover-work.fifo"
      LOG_LEVEL               = "DEBUG"
      METRICS_NAMESPACE       = "Own/Namespace"
      METRICS_DETAIL          = "account"
      POWERTOOLS_SERVICE_NAME = "dev-spot-failover"
      DRILLS                  = "true"
    })
    error_message = "observe has other settings than the package reads."
  }

  assert {
    condition = aws_lambda_function.main["work"].environment[0].variables == tomap({
      EVIDENCE_TABLE          = "dev-spot-failover-evidence"
      STATE_TABLE             = "dev-state"
      WORK_QUEUE_URL          = "https://sqs.eu-west-1.amazonaws.com/111122223333/dev-spot-failover-work.fifo"
      LOG_LEVEL               = "DEBUG"
      METRICS_NAMESPACE       = "Own/Namespace"
      METRICS_DETAIL          = "account"
      POWERTOOLS_SERVICE_NAME = "dev-spot-failover"
      EVENT_BUS_ARN           = "arn:aws:events:eu-west-1:111122223333:event-bus/dev-spot-failover"
      ALERT_TOPIC_ARN         = "arn:aws:sns:eu-west-1:111122223333:operations"
      ARCHIVE_DAYS            = "30"
      SPOKE_ROLE_NAME         = "dev-SpotRole"
      EXTERNAL_ID             = "another"
      OPERATION               = "dry_run"
      DEFAULT_POLICY          = jsonencode(var.default_policy)
      PRICES                  = jsonencode(var.prices)
    })
    error_message = "work has other settings than the package reads."
  }

  assert {
    condition     = alltrue([for group in values(aws_cloudwatch_log_group.function) : group.retention_in_days == 7])
    error_message = "A log group keeps its logs for another time."
  }

  assert {
    condition     = toset([for alarm in values(aws_cloudwatch_metric_alarm.counted) : alarm.namespace]) == toset(["Own/Namespace"])
    error_message = "An alarm watches another namespace than the functions count in."
  }

  assert {
    condition = concat(
      [for name in ["spot-health-low", "failovers-too-frequent"] : aws_cloudwatch_metric_alarm.counted[name].threshold],
      distinct([for alarm in values(aws_cloudwatch_metric_alarm.queue_age) : alarm.threshold]),
    ) == [40, 3, 600]
    error_message = "An alarm has another threshold than was asked for."
  }

  assert {
    condition = alltrue([
      for function in values(aws_lambda_function.main) :
      [function.s3_bucket, function.s3_key, function.s3_object_version] == ["example-artifacts", "releases/spot_failover.zip", "abc"] && function.filename == null
    ])
    error_message = "A function is not made of the object in S3."
  }

  assert {
    condition     = !aws_dynamodb_table.state.deletion_protection_enabled
    error_message = "The state table stays protected though asked otherwise."
  }

  assert {
    condition     = length(aws_sns_topic.alerts) + length(aws_kms_key.alerts) + length(aws_kms_alias.alerts) == 0
    error_message = "The hub makes a topic or a key though it was given a topic."
  }

  assert {
    condition = toset(concat(
      flatten([for alarm in values(aws_cloudwatch_metric_alarm.counted) : tolist(alarm.alarm_actions)]),
      tolist(aws_cloudwatch_metric_alarm.hub_silent.alarm_actions),
      [aws_lambda_function.main["work"].environment[0].variables["ALERT_TOPIC_ARN"], output.alert_topic_arn],
    )) == toset(["arn:aws:sns:eu-west-1:111122223333:operations"])
    error_message = "Something reaches another topic than the one given."
  }

  assert {
    condition     = aws_cloudwatch_event_archive.main.retention_days == 30 && aws_cloudwatch_event_archive.main.event_pattern == null
    error_message = "The archive keeps less than every event for the time asked for."
  }

  assert {
    condition = alltrue([
      for role in concat(values(aws_iam_role.function), [aws_iam_role.scheduler]) :
      role.permissions_boundary == "arn:aws:iam::111122223333:policy/boundary"
    ])
    error_message = "A role has no permissions boundary."
  }
}

run "people_are_told_by_mail_and_in_slack" {
  command = plan

  module {
    source = "./modules/central-hub"
  }

  variables {
    permissions_boundary_arn = "arn:aws:iam::111122223333:policy/boundary"
    alerts = {
      emails = ["platform@example.com", "oncall@example.com"]
      slack  = { workspace_id = "T0123ABCD", channel_id = "C0456EFGH" }
    }
  }

  assert {
    condition = {
      for address, subscription in aws_sns_topic_subscription.email : address => [subscription.protocol, subscription.topic_arn]
      } == {
      for address in ["platform@example.com", "oncall@example.com"] : address => ["email", output.alert_topic_arn]
    }
    error_message = "A mail address is not subscribed to the topic."
  }

  assert {
    condition = (
      [for channel in aws_chatbot_slack_channel_configuration.alerts : [channel.slack_team_id, channel.slack_channel_id, tolist(channel.sns_topic_arns)[0]]]
      == [["T0123ABCD", "C0456EFGH", output.alert_topic_arn]]
    )
    error_message = "The Slack channel does not hear of the topic."
  }

  assert {
    condition     = aws_chatbot_slack_channel_configuration.alerts[0].guardrail_policy_arns == tolist(["arn:aws:iam::aws:policy/AWSDenyAll"])
    error_message = "People in the channel could run commands in the account."
  }

  assert {
    condition     = aws_iam_role.chat[0].permissions_boundary == "arn:aws:iam::111122223333:policy/boundary" && aws_iam_role.chat[0].name == "spot-failover-chat-eu-west-1"
    error_message = "The channel's role has no permissions boundary, or another name."
  }
}

run "nobody_is_told_unasked" {
  command = plan

  module {
    source = "./modules/central-hub"
  }

  assert {
    condition     = length(aws_sns_topic_subscription.email) + length(aws_chatbot_slack_channel_configuration.alerts) + length(aws_iam_role.chat) == 0
    error_message = "There are subscriptions that nobody asked for."
  }
}

run "a_default_policy_is_a_dry_run_of_what_it_leaves_unsaid" {
  command = plan

  module {
    source = "./modules/central-hub"
  }

  variables {
    operation      = "drain"
    default_policy = { exclude = ["*/web-canary"] }
  }

  assert {
    condition = jsondecode(aws_lambda_function.main["work"].environment[0].variables["DEFAULT_POLICY"]) == {
      mode    = "switch"
      dry_run = true
      owner   = ""
      exclude = ["*/web-canary"]
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
      surge = {
        tasks_per_interruption = 0
        max_tasks              = 10
      }
    }
    error_message = "The default policy differs from the contract."
  }

  assert {
    condition     = aws_lambda_function.main["work"].environment[0].variables["OPERATION"] == "drain"
    error_message = "The fleet would not come home."
  }
}
