variable "region" {
  description = "Region of everything."
  type        = string
  default     = "eu-west-1"
  nullable    = false
}

variable "subnet_ids" {
  description = "Subnets of the service's tasks, with a way to the internet."
  type        = list(string)
  nullable    = false
}

variable "security_group_ids" {
  description = "Security groups of the service's tasks."
  type        = list(string)
  nullable    = false
}
