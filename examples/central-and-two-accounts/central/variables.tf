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
