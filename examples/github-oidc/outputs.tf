output "role_arns" {
  description = "The roles for the workflows, by \"plan\" and \"apply\"."
  value       = { for step, role in aws_iam_role.github : step => role.arn }
}

output "permissions_boundary_arn" {
  description = "Give it to central-hub and workload-spoke as permissions_boundary_arn: the apply role makes roles with this boundary only."
  value       = local.boundary_arn
}
