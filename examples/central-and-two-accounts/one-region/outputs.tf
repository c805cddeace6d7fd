output "service_id" {
  description = "The service's key in the hub's tables."
  value       = module.service.service_id
}
