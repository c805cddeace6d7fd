variable "region" {
  description = "Region of everything."
  type        = string
  default     = "eu-west-1"
  nullable    = false
}

variable "clusters" {
  description = "Clusters whose services are taken in. Empty for every cluster of the account and region."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "exclude" {
  description = "Services that are left alone, as \"cluster/service\" with the wildcards * and ?."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "dry_run" {
  description = "Whether the hub only says what it would do."
  type        = bool
  default     = true
  nullable    = false
}

variable "deletion_protection" {
  description = "Whether the state table is protected. Turn it off, and apply, before a destroy."
  type        = bool
  default     = true
  nullable    = false
}
