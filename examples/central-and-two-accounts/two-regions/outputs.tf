output "service_ids" {
  description = "The services' keys in the hub's tables."
  value       = [module.first_service.service_id, module.second_service.service_id]
}

output "drill_commands" {
  description = "Pretend a placement failure of each service; they have an effect where the hub allows drills."
  value       = [module.first_service.drill_command, module.second_service.drill_command]
}
