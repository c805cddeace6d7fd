variable "workload_accounts" {
  description = "Accounts whose services the hub looks after. An organization's id would do instead, and let new accounts in by itself."
  type        = set(string)
  default     = ["222222222222", "333333333333"]
  nullable    = false
}
