output "spoke" {
  description = "What a workload-spoke needs to know of this hub: its variable \"hub\". Holds no secret and no value known only after apply, so another pipeline can read it as JSON."
  value       = module.hub.spoke
}

output "account" {
  description = "Names of the account's roles: the variable \"account\" of a workload-spoke in another region of this account."
  value       = module.spoke.account
}

output "event_bus_arn" {
  description = "ARN of the bus that spokes forward to and audit events are put on."
  value       = module.hub.event_bus_arn
}

output "state_table" {
  description = "Name and ARN of the table with one record a service."
  value       = module.hub.state_table
}

output "queues" {
  description = "Name, ARN and URL of the queues placement_failure, interruption, control and work."
  value       = module.hub.queues
}

output "dead_letter_queues" {
  description = "Name, ARN and URL of each queue's dead-letter queue. All are empty in good health."
  value       = module.hub.dead_letter_queues
}

output "functions" {
  description = "Name, ARN, role ARN and log group of the functions console, observe and work."
  value       = module.hub.functions
}

output "alert_topic_arn" {
  description = "ARN of the SNS topic that people subscribe to: messages about services, and alarms."
  value       = module.hub.alert_topic_arn
}

output "dashboard_url" {
  description = "Address of the dashboard in the AWS console. Its table of services asks for lambda:InvokeFunction on the function console, as whoever views it."
  value       = module.hub.dashboard_url
}

output "drill_command" {
  description = "AWS CLI command that pretends a placement failure, to be run in the hub's account with the words in capitals filled in. Null while allow_drills is off."
  value       = module.hub.drill_command
}

output "status_command" {
  description = "AWS CLI command that lists every known service with its phase and the reason for it."
  value       = module.hub.status_command
}
