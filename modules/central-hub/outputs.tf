output "spoke" {
  description = "What a workload-spoke needs to know of this hub: its variable \"hub\". Holds no secret and no value known only after apply, so another pipeline can read it as JSON."
  value = {
    contract        = 1
    event_bus_arn   = local.event_bus_arn
    work_role_arn   = local.function_role_arns["work"]
    external_id     = var.external_id
    spoke_role_name = local.spoke_role_name
    organization_id = var.organization_id
    operation       = var.operation
    drills          = var.allow_drills
  }

  # A spoke in the same configuration says once that it is there, and then every hour: not before the bus admits it and
  # its word is kept in a queue.
  depends_on = [
    aws_cloudwatch_event_bus.main,
    aws_cloudwatch_event_bus_policy.main,
    aws_cloudwatch_event_target.delivery,
  ]
}

output "event_bus_arn" {
  description = "ARN of the bus that spokes forward to and audit events are put on."
  value       = local.event_bus_arn
}

output "state_table" {
  description = "Name and ARN of the table with one record a service."
  value = {
    name = local.state_table_name
    arn  = local.state_table_arn
  }
}

output "queues" {
  description = "Name, ARN and URL of the queues placement_failure, interruption, control and work."
  value = {
    for key, name in local.queue_names : key => {
      name = name
      arn  = local.queue_arns[key]
      url  = local.queue_urls[key]
    }
  }
}

output "dead_letter_queues" {
  description = "Name, ARN and URL of each queue's dead-letter queue. All are empty in good health."
  value = {
    for key, name in local.dead_letter_queue_names : key => {
      name = name
      arn  = local.dead_letter_queue_arns[key]
      url  = local.dead_letter_queue_urls[key]
    }
  }
}

output "functions" {
  description = "Name, ARN, role ARN and log group of the functions console, observe and work."
  value = {
    for key, name in local.function_names : key => {
      name      = name
      arn       = local.function_arns[key]
      role_arn  = local.function_role_arns[key]
      log_group = local.log_group_names[key]
    }
  }
}

output "alert_topic_arn" {
  description = "ARN of the SNS topic that people subscribe to: messages about services, and alarms."
  value       = local.alert_topic_arn
}

output "dashboard_url" {
  description = "Address of the dashboard in the AWS console. Its table of services asks for lambda:InvokeFunction on the function console, as whoever views it."
  value       = local.dashboard_url
}

output "drill_command" {
  description = "AWS CLI command that pretends a placement failure, to be run in the hub's account with the words in capitals filled in. Null while allow_drills is off."
  value       = var.allow_drills ? local.drill_command : null
}

output "status_command" {
  description = "AWS CLI command that lists every known service with its phase and the reason for it."
  value       = local.status_command
}
