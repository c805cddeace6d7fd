output "alert_topic_arn" {
  description = "Subscribe to this topic to hear what the hub does."
  value       = module.spot_failover.alert_topic_arn
}

output "status_command" {
  description = "Lists every known service with its phase and the reason for it."
  value       = module.spot_failover.status_command
}

output "drill_command" {
  description = "Pretends a placement failure of the service."
  value       = module.service.drill_command
}
