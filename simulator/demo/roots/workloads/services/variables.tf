variable "cluster_name" {
  description = "Name of the cluster to make."
  type        = string
  nullable    = false
}

variable "services" {
  description = "Services by name: how many tasks, and how many of them always on demand."
  type = map(object({
    desired_count  = number
    on_demand_base = optional(number, 0)
  }))
  nullable = false
}
