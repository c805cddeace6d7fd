output "spoke" {
  description = "What the workload accounts need to know; workloads/hub.json holds it."
  value       = module.hub.spoke
}

output "state_table" {
  description = "Name of the table with one record a service."
  value       = module.hub.state_table.name
}

output "dead_letter_queues" {
  description = "URLs of the queues that are empty in good health."
  value       = { for key, queue in module.hub.dead_letter_queues : key => queue.url }
}

output "channel" {
  description = "URL of the queue that gets what people are told."
  value       = aws_sqs_queue.channel.url
}

output "console" {
  description = "Name of the function that answers the dashboard's table of services."
  value       = module.hub.functions["console"].name
}

output "status_command" {
  description = "AWS CLI command that lists every known service with its phase and the reason for it."
  value       = module.hub.status_command
}

output "log_groups" {
  description = "Names of the functions' log groups: one line for each decision."
  value       = { for key, function in module.hub.functions : key => function.log_group }
}
