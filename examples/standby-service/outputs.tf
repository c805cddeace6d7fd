output "service_id" {
  description = "The service's key in the hub's tables."
  value       = module.protected.service_id
}

output "drill_command" {
  description = "AWS CLI command that pretends a placement failure of this service."
  value       = module.protected.drill_command
}

output "pass_role_arns" {
  description = "Roles for the variable \"pass_role_arns\" of the workload-spoke: ECS asks for iam:PassRole when the hub gives the standby the Spot service's task definition."
  value       = [aws_iam_role.execution.arn]
}
