variable "name" {
  description = "Name of the service. The standby's ends with -on-demand."
  type        = string
  nullable    = false
}

variable "cluster_arn" {
  description = "ARN of a cluster that both capacity providers are associated with."
  type        = string
  nullable    = false
}

variable "target_group_arn" {
  description = "ARN of the target group of both services, with a deregistration delay of at most 110 s."
  type        = string
  nullable    = false
}

variable "subnet_ids" {
  description = "Subnets of the tasks, in as many availability zones as can be: each has Spot capacity of its own."
  type        = list(string)
  nullable    = false
}

variable "security_group_ids" {
  description = "Security groups of the tasks."
  type        = list(string)
  nullable    = false
}

variable "image" {
  description = "Image of the tasks, by its digest. It serves port 8080."
  type        = string
  nullable    = false
}

variable "tasks" {
  description = "Between how many tasks autoscaling moves the service, and the standby when it stands in."
  type = object({
    least = optional(number, 3)
    most  = optional(number, 12)
  })
  default  = {}
  nullable = false
}
