output "spoke" {
  description = "What spokes need to know of the hub."
  value       = module.hub.spoke
}
