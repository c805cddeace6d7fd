output "service_id" {
  description = "The service's key in the hub's tables."
  value       = module.protected.service_id
}

output "drill_command" {
  description = "AWS CLI command that pretends a placement failure of this service."
  value       = module.protected.drill_command
}
