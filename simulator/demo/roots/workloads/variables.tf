variable "policy" {
  description = "Durations of every service's policy in seconds. Where time passes faster, they are the defaults divided by as much."
  type = object({
    thresholds = optional(object({
      window_seconds = optional(number)
    }), {})
    restore = optional(object({
      window_seconds      = optional(number)
      backoff_seconds     = optional(number)
      max_backoff_seconds = optional(number)
    }), {})
  })
  default  = {}
  nullable = false
}
