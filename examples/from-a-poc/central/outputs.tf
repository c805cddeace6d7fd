output "spoke" {
  description = "What spokes need to know of the hub; write it to ../hub.json."
  value       = module.hub.spoke
}

output "status_command" {
  description = "Lists every known service with its phase and the reason for it. Items of the proof of concept are none."
  value       = module.hub.status_command
}
