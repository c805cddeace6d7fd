output "service_ids" {
  description = "The services' keys in the hub's tables."
  value       = [module.first_service.service_id, module.second_service.service_id]
}
