variable "region" {
  description = "Region of the hub, and of the bucket: Lambda takes zips from its own region only."
  type        = string
  default     = "eu-west-1"
  nullable    = false
}

variable "bucket" {
  description = "The bucket that holds the zip."
  type        = string
  nullable    = false
}

variable "key" {
  description = "Key of the zip. Another zip must have another key, or Terraform sees no change."
  type        = string
  nullable    = false
}

variable "deletion_protection" {
  description = "Whether the state table is protected. Turn it off, and apply, before a destroy."
  type        = bool
  default     = true
  nullable    = false
}
