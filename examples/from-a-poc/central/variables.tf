variable "region" {
  description = "Region of the proof of concept, and so of the hub."
  type        = string
  default     = "eu-west-1"
  nullable    = false
}

variable "organization_id" {
  description = "The organization whose accounts take part. Null where workload_accounts names them."
  type        = string
  default     = null
}

variable "workload_accounts" {
  description = "The accounts that take part, where there is no organization."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "operation" {
  description = "Begin with \"dry_run\": the hub then only says what it would do. \"active\" lets it."
  type        = string
  default     = "dry_run"
  nullable    = false
}

variable "allow_drills" {
  description = "Whether drill commands have an effect."
  type        = bool
  default     = false
  nullable    = false
}

variable "deletion_protection" {
  description = "Whether the state table is protected. Turn it off, and apply, before a destroy."
  type        = bool
  default     = true
  nullable    = false
}
