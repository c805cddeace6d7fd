locals {
  # The least and the most that each number of a policy may be; the hub holds to the same.
  bounds = jsondecode(file("${path.module}/policy-bounds.json"))
}

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
  description = "How the service gets its on-demand capacity. \"switch\" changes the service's own capacity provider strategy and changes it back. \"standby\" moves all tasks to a second service on-demand and back. \"backfill\" lets the second service run just the tasks that Spot lacks."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["switch", "standby", "backfill"], var.mode)
    error_message = "mode must be \"switch\", \"standby\" or \"backfill\"."
  }
}

variable "standby" {
  description = "The on-demand service of the modes standby and backfill; null in mode switch. service_name is its name, in the same cluster. follow_task_definition gives it the task definition that the Spot service last completed, while it runs no more than its reserve. reserve is the number of tasks that it always runs."
  type = object({
    service_name           = string
    follow_task_definition = optional(bool, true)
    reserve                = optional(number, 0)
  })
  default = null

  validation {
    condition     = var.mode == "switch" || var.standby != null
    error_message = "standby must be given for ${var.service_name} in mode ${var.mode}, such as { service_name = \"${var.service_name}-on-demand\" }: the on-demand service, in the same cluster, that makes up for what Spot lacks."
  }

  validation {
    condition     = var.mode != "switch" || var.standby == null
    error_message = "standby must be null in mode switch, in which the service itself moves. With a second service on-demand, set mode to \"standby\" or \"backfill\"."
  }

  validation {
    condition     = var.standby == null || can(regex("^[A-Za-z0-9_-]{1,255}$", var.standby.service_name))
    error_message = "standby.service_name must be the name of an ECS service, 1 to 255 letters, digits, hyphens and underscores, not its ARN."
  }

  validation {
    condition     = var.standby == null ? true : var.standby.service_name != var.service_name
    error_message = "standby.service_name must differ from service_name: the standby is a second service, without Spot."
  }

  validation {
    condition = alltrue([
      for field, bounds in local.bounds.standby :
      var.standby == null ? true : var.standby[field] == max(bounds[0], min(bounds[1], floor(var.standby[field])))
    ])
    error_message = join(" ", [
      for field, bounds in local.bounds.standby :
      "standby.${field} must be a whole number from ${bounds[0]} to ${bounds[1]}."
    ])
  }
}

variable "ignores_strategy_changes" {
  description = "Your word that Terraform leaves alone what the hub changes. Mode switch asks for it: the service's own resource must ignore changes of its strategy and desired count, or the next apply takes a failover back, or replaces the service. In the other modes a warning asks for it: the resources of both services must ignore changes of their desired count."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = var.mode != "switch" || var.ignores_strategy_changes
    error_message = <<-EOT
      ignores_strategy_changes must be true for ${var.service_name}: mode "switch" changes the service's capacity provider strategy, and the next apply would change it back. Add this to the aws_ecs_service, then set ignores_strategy_changes = true:

        lifecycle {
          ignore_changes = [capacity_provider_strategy, desired_count]
        }
    EOT
  }
}

variable "thresholds" {
  description = "What counts as a drought, within window_seconds: placement_failures (events of the service), capacity_failures (tasks stopped for lack of capacity), interruptions (tasks noticed). scale \"circuit_breaker\" derives the number of tasks from the desired count, as ECS's deployment circuit breaker does. A task that waits for capacity for waiting_seconds counts at once, and so do tasks that are missing without any event for silent_surveys surveys, one a minute. Mode backfill uses window_seconds, waiting_seconds and silent_surveys alone."
  type = object({
    window_seconds     = optional(number, 300)
    placement_failures = optional(number, 1)
    capacity_failures  = optional(number, 3)
    interruptions      = optional(number, 5)
    scale              = optional(string, "fixed")
    waiting_seconds    = optional(number, 180)
    silent_surveys     = optional(number, 3)
  })
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for field, bounds in local.bounds.thresholds :
      var.thresholds[field] == max(bounds[0], min(bounds[1], floor(var.thresholds[field])))
    ])
    error_message = join(" ", [
      for field, bounds in local.bounds.thresholds :
      "thresholds.${field} must be a whole number from ${bounds[0]} to ${bounds[1]}."
      if var.thresholds[field] != max(bounds[0], min(bounds[1], floor(var.thresholds[field])))
    ])
  }

  validation {
    condition     = contains(["fixed", "circuit_breaker"], var.thresholds.scale)
    error_message = "thresholds.scale must be \"fixed\" or \"circuit_breaker\"."
  }
}

variable "failover" {
  description = "How the service fails over. Mode switch: on_demand_weight is the weight that FARGATE gets while FARGATE_SPOT has 0. Mode standby: Spot begins to give way when healthy_percent of the standby's tasks are healthy. After timeout_seconds somebody is told; the hub keeps both and goes on trying."
  type = object({
    on_demand_weight = optional(number, 10)
    healthy_percent  = optional(number, 50)
    timeout_seconds  = optional(number, 600)
  })
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for field, bounds in local.bounds.failover :
      var.failover[field] == max(bounds[0], min(bounds[1], floor(var.failover[field])))
    ])
    error_message = join(" ", [
      for field, bounds in local.bounds.failover :
      "failover.${field} must be a whole number from ${bounds[0]} to ${bounds[1]}."
      if var.failover[field] != max(bounds[0], min(bounds[1], floor(var.failover[field])))
    ])
  }
}

variable "restore" {
  description = "When and how the service goes back to Spot. It waits backoff_seconds first, longer after every failure, up to max_backoff_seconds, and tries at most tries_per_day times a day; interval_seconds paces it. Spot counts as stable when all tasks have held for window_seconds, in which min_success_percent of the tasks tried started and at most max_error_percent failed. Mode standby begins with canary_percent of the tasks, but with at least min_samples (or all there are): one lucky task proves nothing."
  type = object({
    interval_seconds    = optional(number, 60)
    window_seconds      = optional(number, 600)
    min_samples         = optional(number, 10)
    min_success_percent = optional(number, 80)
    max_error_percent   = optional(number, 5)
    canary_percent      = optional(number, 10)
    backoff_seconds     = optional(number, 900)
    max_backoff_seconds = optional(number, 10800)
    tries_per_day       = optional(number, 4)
  })
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for field, bounds in local.bounds.restore :
      var.restore[field] == max(bounds[0], min(bounds[1], floor(var.restore[field])))
    ])
    error_message = join(" ", [
      for field, bounds in local.bounds.restore :
      "restore.${field} must be a whole number from ${bounds[0]} to ${bounds[1]}."
      if var.restore[field] != max(bounds[0], min(bounds[1], floor(var.restore[field])))
    ])
  }

  validation {
    condition     = var.restore.max_backoff_seconds >= var.restore.backoff_seconds
    error_message = "restore.max_backoff_seconds must be restore.backoff_seconds or more."
  }
}

variable "surge" {
  description = "Tasks added ahead of a loss: tasks_per_interruption for each task that was given notice and still runs, max_tasks at most, until those tasks have stopped. 0 adds none. It has no effect in mode backfill, where a second service takes their place."
  type = object({
    tasks_per_interruption = optional(number, 0)
    max_tasks              = optional(number, 10)
  })
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for field, bounds in local.bounds.surge :
      var.surge[field] == max(bounds[0], min(bounds[1], floor(var.surge[field])))
    ])
    error_message = join(" ", [
      for field, bounds in local.bounds.surge :
      "surge.${field} must be a whole number from ${bounds[0]} to ${bounds[1]}."
      if var.surge[field] != max(bounds[0], min(bounds[1], floor(var.surge[field])))
    ])
  }
}

variable "dry_run" {
  description = "Whether the hub only says what it would do for this service."
  type        = bool
  default     = false
  nullable    = false
}

variable "owner" {
  description = "Whose service it is, such as a team's name. It stands in every message about it, as a message attribute too: teams subscribe to the hub's topic by it."
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
