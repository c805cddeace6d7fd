output "service_ids" {
  description = "The services' keys in the hub's tables."
  value       = { for service, protected in module.protected : service => protected.service_id }
}

output "drill_commands" {
  description = "AWS CLI commands that pretend a placement failure of each service."
  value       = { for service, protected in module.protected : service => protected.drill_command }
}
