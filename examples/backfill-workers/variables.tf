variable "name" {
  description = "Name of the service, its cluster, queue and task definition. The standby's ends with -on-demand."
  type        = string
  nullable    = false
}

variable "subnet_ids" {
  description = "Subnets of the tasks, in as many availability zones as can be: each has Spot capacity of its own."
  type        = list(string)
  nullable    = false
}

variable "security_group_ids" {
  description = "Security groups of the tasks. They must let the tasks reach the registry of the image, SQS and CloudWatch Logs."
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
  description = "How many workers run on Spot at first. You may change it later by other means."
  type        = number
  default     = 10
  nullable    = false
}

variable "reserve" {
  description = "How many workers always run on-demand, so that the queue never stands still."
  type        = number
  default     = 1
  nullable    = false
}
