variable "name" {
  description = "Name of the service, its cluster and its task definition."
  type        = string
  nullable    = false
}

variable "subnet_ids" {
  description = "Subnets of the tasks, in as many availability zones as can be: each has Spot capacity of its own."
  type        = list(string)
  nullable    = false
}

variable "security_group_ids" {
  description = "Security groups of the tasks. They must let the tasks reach the registry of the image, and CloudWatch Logs."
  type        = list(string)
  nullable    = false
}

variable "image" {
  description = "Image of the tasks, with a shell."
  type        = string
  default     = "public.ecr.aws/docker/library/busybox:stable"
  nullable    = false
}

variable "desired_count" {
  description = "How many tasks run at first. Autoscaling, or you, may change it later."
  type        = number
  default     = 3
  nullable    = false
}
