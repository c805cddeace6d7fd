variable "name" {
  description = "Name of the service, its cluster, target group and task definition. The standby's ends with -on-demand."
  type        = string
  nullable    = false
}

variable "vpc_id" {
  description = "VPC of the load balancer and the subnets."
  type        = string
  nullable    = false
}

variable "listener_arn" {
  description = "Listener of an application load balancer of yours."
  type        = string
  nullable    = false
}

variable "host_name" {
  description = "Host name whose requests the listener passes on to the service."
  type        = string
  nullable    = false
}

variable "subnet_ids" {
  description = "Subnets of the tasks, in as many availability zones as can be: each has Spot capacity of its own."
  type        = list(string)
  nullable    = false
}

variable "security_group_ids" {
  description = "Security groups of the tasks. They must let the load balancer reach port 8080, and the tasks the registry of the image and CloudWatch Logs."
  type        = list(string)
  nullable    = false
}

variable "image" {
  description = "Image of the tasks, with a shell and busybox's httpd."
  type        = string
  default     = "public.ecr.aws/docker/library/busybox:stable"
  nullable    = false
}

variable "tasks" {
  description = "How few and how many tasks autoscaling may run."
  type = object({
    least = optional(number, 3)
    most  = optional(number, 12)
  })
  default  = {}
  nullable = false
}
