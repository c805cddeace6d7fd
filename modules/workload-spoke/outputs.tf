output "account" {
  description = "Names of the account's roles, for the variable \"account\" of spokes in its other regions."
  value = {
    spoke_role_name      = local.spoke_role_name
    forwarding_role_name = local.forwarding_role_name
  }

  # The names are known before the roles exist; whoever attaches a policy to them must wait.
  depends_on = [
    aws_iam_role.spoke,
    aws_iam_role.forwarding,
  ]
}

output "rule_arns" {
  description = "ARN of each forwarding rule, by the name of its event pattern."
  value       = local.rule_arns
}

output "dead_letter_queue_arn" {
  description = "ARN of the queue with events that could not be forwarded. Empty in good health."
  value       = local.dead_letter_queue_arn
}
