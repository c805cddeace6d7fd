variable "cluster_name" {
  description = "Name of the cluster to make."
  type        = string
  nullable    = false
}

variable "services" {
  description = "Services by name: how many tasks, how many of them always on demand, their size in CPU units, the target group they take requests from, and whether a second service stands by on demand."
  type = map(object({
    desired_count  = number
    on_demand_base = optional(number, 0)
    cpu            = optional(number, 256)
    balanced       = optional(object({ target_group_arn = string }))
    has_standby    = optional(bool, false)
  }))
  nullable = false
}
