variable "policy" {
  description = "Durations of every service's policy in seconds. Where time passes faster, they are the defaults divided by as much."
  type = object({
    thresholds = optional(object({
      window_seconds  = optional(number)
      waiting_seconds = optional(number)
    }), {})
    failover = optional(object({
      timeout_seconds = optional(number)
    }), {})
    restore = optional(object({
      interval_seconds    = optional(number)
      window_seconds      = optional(number)
      backoff_seconds     = optional(number)
      max_backoff_seconds = optional(number)
    }), {})
  })
  default  = {}
  nullable = false
}

variable "load_balancer_arn" {
  description = "A load balancer of the shop in Frankfurt, which is there already: the provider waits a minute for a new one."
  type        = string
  nullable    = false
}
