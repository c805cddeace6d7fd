output "service_id" {
  description = "The service's key in the hub's tables. The proof of concept's had no region."
  value       = module.service.service_id
}

output "drill_command" {
  description = "Pretends a placement failure of the service; has an effect where the hub allows drills."
  value       = module.service.drill_command
}
