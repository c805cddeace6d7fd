output "alert_topic_arn" {
  description = "Subscribe to this topic to hear what the hub does, or would do."
  value       = module.hub.alert_topic_arn
}

output "dashboard_url" {
  description = "Shows every service and the hub itself, in the AWS console."
  value       = module.hub.dashboard_url
}

output "status_command" {
  description = "Lists every service that was taken in, with its phase and the reason for it."
  value       = module.hub.status_command
}
