output "spoke" {
  description = "What spokes need to know of the hub; write it to ../hub.json."
  value       = module.hub.spoke
}

output "alert_topic_arn" {
  description = "Subscribe to this topic to hear what the hub does."
  value       = module.hub.alert_topic_arn
}

output "dashboard_url" {
  description = "Shows every service and the hub itself, in the AWS console."
  value       = module.hub.dashboard_url
}

output "status_command" {
  description = "Lists every known service with its phase and the reason for it."
  value       = module.hub.status_command
}
