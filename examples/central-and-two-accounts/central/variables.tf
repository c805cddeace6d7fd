variable "region" {
  description = "Region of the hub. Spokes may be in any."
  type        = string
  default     = "eu-west-1"
  nullable    = false
}

variable "organization_id" {
  description = "The organization whose accounts take part."
  type        = string
  nullable    = false
}

variable "allow_drills" {
  description = "Whether drill commands have an effect. Leave it off where nobody rehearses."
  type        = bool
  default     = false
  nullable    = false
}

variable "operation" {
  description = "Kill switch of the whole fleet: \"active\", \"dry_run\" or \"drain\"."
  type        = string
  default     = "active"
  nullable    = false
}

variable "deletion_protection" {
  description = "Whether the state table is protected. Turn it off, and apply, before a destroy."
  type        = bool
  default     = true
  nullable    = false
}
