output "alert_topic_arn" {
  description = "Subscribe to this topic to hear what the hub does."
  value       = module.spot_failover.alert_topic_arn
}

output "dashboard_url" {
  description = "Shows every service and the hub itself, in the AWS console."
  value       = module.spot_failover.dashboard_url
}

output "status_command" {
  description = "Lists every known service with its phase and the reason for it."
  value       = module.spot_failover.status_command
}

output "drill_command" {
  description = "Pretends a placement failure of the service."
  value       = module.service.drill_command
}
