output "cluster_name" {
  description = "Name of the cluster."
  value       = aws_ecs_cluster.main.name
}

output "service_names" {
  description = "Names of the services, known once they exist."
  value       = { for key, service in aws_ecs_service.main : key => service.name }
}

output "standby_names" {
  description = "Names of the services that stand by, by the service that they stand by for."
  value       = { for key, service in aws_ecs_service.standby : key => service.name }
}
