output "service_id" {
  description = "The service's key in the hub's tables: account, region, cluster and service."
  value       = local.service_id
}

output "parameter_name" {
  description = "Name of the SSM parameter that registers the service with the hub."
  value       = local.parameter_name
}

output "policy" {
  description = "The policy as the hub reads it, every default filled in."
  value       = local.policy
}

output "drill_command" {
  description = "AWS CLI command that pretends a placement failure of this service, to be run in its own account. Does nothing unless the hub allows drills."
  value       = local.drill_command
}
