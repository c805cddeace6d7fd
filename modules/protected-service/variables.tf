variable "cluster_name" {
  description = "Name of the ECS cluster the service runs in."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,255}$", var.cluster_name))
    error_message = "cluster_name must be the name of an ECS cluster, 1 to 255 letters, digits, hyphens and underscores, not its ARN."
  }
}

variable "service_name" {
  description = "Name of the ECS service to protect."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,255}$", var.service_name))
    error_message = "service_name must be the name of an ECS service, 1 to 255 letters, digits, hyphens and underscores, not its ARN."
  }
}

variable "mode" {
  description = "How the service gets its on-demand capacity. \"switch\" changes the service's own capacity provider strategy and changes it back."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["switch"], var.mode)
    error_message = "mode must be \"switch\"."
  }
}

# Its validation is its whole use, and tflint does not look there.
# tflint-ignore: terraform_unused_declarations
variable "ignores_strategy_changes" {
  description = "Your word that the service's own resource ignores changes of its strategy and desired count. Without it the next apply takes a failover back, or replaces the service."
  type        = bool
  nullable    = false

  validation {
    condition     = var.ignores_strategy_changes
    error_message = <<-EOT
      ignores_strategy_changes must be true: mode "switch" changes the service's capacity provider strategy, and the next apply would change it back. Add this to the aws_ecs_service, then set ignores_strategy_changes = true:

        lifecycle {
          ignore_changes = [capacity_provider_strategy, desired_count]
        }
    EOT
  }
}

variable "thresholds" {
  description = "What counts as a drought, within window_seconds: placement_failures (events of the service), capacity_failures (tasks stopped for lack of capacity), interruptions (tasks noticed). scale \"circuit_breaker\" derives the number of tasks from the desired count, as ECS's deployment circuit breaker does."
  type = object({
    window_seconds     = optional(number, 300)
    placement_failures = optional(number, 1)
    capacity_failures  = optional(number, 3)
    interruptions      = optional(number, 5)
    scale              = optional(string, "fixed")
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.thresholds.window_seconds >= 10 && var.thresholds.window_seconds <= 3600 && floor(var.thresholds.window_seconds) == var.thresholds.window_seconds
    error_message = "thresholds.window_seconds must be a whole number from 10 to 3600."
  }

  validation {
    condition     = var.thresholds.placement_failures >= 1 && var.thresholds.placement_failures <= 1000 && floor(var.thresholds.placement_failures) == var.thresholds.placement_failures
    error_message = "thresholds.placement_failures must be a whole number from 1 to 1000."
  }

  validation {
    condition     = var.thresholds.capacity_failures >= 1 && var.thresholds.capacity_failures <= 1000 && floor(var.thresholds.capacity_failures) == var.thresholds.capacity_failures
    error_message = "thresholds.capacity_failures must be a whole number from 1 to 1000."
  }

  validation {
    condition     = var.thresholds.interruptions >= 1 && var.thresholds.interruptions <= 1000 && floor(var.thresholds.interruptions) == var.thresholds.interruptions
    error_message = "thresholds.interruptions must be a whole number from 1 to 1000."
  }

  validation {
    condition     = contains(["fixed", "circuit_breaker"], var.thresholds.scale)
    error_message = "thresholds.scale must be \"fixed\" or \"circuit_breaker\"."
  }
}

variable "failover" {
  description = "How the service fails over: on_demand_weight is the weight that FARGATE gets while FARGATE_SPOT has 0."
  type = object({
    on_demand_weight = optional(number, 10)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.failover.on_demand_weight >= 1 && var.failover.on_demand_weight <= 1000 && floor(var.failover.on_demand_weight) == var.failover.on_demand_weight
    error_message = "failover.on_demand_weight must be a whole number from 1 to 1000."
  }
}

variable "restore" {
  description = "When Spot counts as stable again: every Spot task of the service runs, and within window_seconds at least min_success_percent of those that were tried started and at most max_error_percent failed. backoff_seconds is the wait before the first restore; every failed one lengthens it, up to max_backoff_seconds."
  type = object({
    window_seconds      = optional(number, 600)
    min_success_percent = optional(number, 80)
    max_error_percent   = optional(number, 5)
    backoff_seconds     = optional(number, 600)
    max_backoff_seconds = optional(number, 10800)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.restore.window_seconds >= 5 && var.restore.window_seconds <= 7200 && floor(var.restore.window_seconds) == var.restore.window_seconds
    error_message = "restore.window_seconds must be a whole number from 5 to 7200."
  }

  validation {
    condition     = var.restore.min_success_percent >= 1 && var.restore.min_success_percent <= 100 && floor(var.restore.min_success_percent) == var.restore.min_success_percent
    error_message = "restore.min_success_percent must be a whole number from 1 to 100."
  }

  validation {
    condition     = var.restore.max_error_percent >= 0 && var.restore.max_error_percent <= 100 && floor(var.restore.max_error_percent) == var.restore.max_error_percent
    error_message = "restore.max_error_percent must be a whole number from 0 to 100."
  }

  validation {
    condition     = var.restore.backoff_seconds >= 5 && var.restore.backoff_seconds <= 86400 && floor(var.restore.backoff_seconds) == var.restore.backoff_seconds
    error_message = "restore.backoff_seconds must be a whole number from 5 to 86400."
  }

  validation {
    condition     = var.restore.max_backoff_seconds >= var.restore.backoff_seconds && var.restore.max_backoff_seconds <= 604800 && floor(var.restore.max_backoff_seconds) == var.restore.max_backoff_seconds
    error_message = "restore.max_backoff_seconds must be a whole number from restore.backoff_seconds to 604800."
  }
}

variable "dry_run" {
  description = "Whether the hub only says what it would do for this service."
  type        = bool
  default     = false
  nullable    = false
}

variable "owner" {
  description = "Who is told about the service: a team's name, address or channel, copied into every audit event."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = length(var.owner) <= 256
    error_message = "owner must be at most 256 characters."
  }
}

variable "tags" {
  description = "Tags of the parameter that registers the service, beside its own tag \"spot-failover\"."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key in keys(var.tags) : !startswith(lower(key), "aws:")])
    error_message = "tags must not use keys that start with \"aws:\", which AWS keeps for itself."
  }

  validation {
    condition     = length(var.tags) <= 40
    error_message = "tags must hold at most 40 tags: AWS allows 50 on a resource, and the provider's default tags count too."
  }
}
