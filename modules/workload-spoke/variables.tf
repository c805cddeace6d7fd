locals {
  # The least and the most that each number of a policy may be, for registrations and default policies alike.
  bounds = jsondecode(file("${path.module}/../protected-service/policy-bounds.json"))
}

variable "hub" {
  description = "What the spoke needs to know of its hub: the output \"spoke\" of central-hub, passed on as it is."
  type = object({
    contract        = number
    event_bus_arn   = string
    work_role_arn   = string
    external_id     = string
    spoke_role_name = string
    organization_id = optional(string)
    drills          = bool
  })
  nullable = false

  validation {
    condition     = var.hub.contract == 1
    error_message = "hub.contract must be 1: hub and spoke must come from versions of this project that understand each other."
  }

  validation {
    condition     = can(regex("^arn:[a-z-]+:events:[a-z0-9-]+:[0-9]{12}:event-bus/[A-Za-z0-9._-]+$", var.hub.event_bus_arn))
    error_message = "hub.event_bus_arn must be the ARN of the hub's bus, such as \"arn:aws:events:eu-west-1:111122223333:event-bus/spot-failover\"."
  }

  validation {
    condition     = can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$", var.hub.work_role_arn))
    error_message = "hub.work_role_arn must be the ARN of the work function's role, such as \"arn:aws:iam::111122223333:role/spot-failover-work-eu-west-1\"."
  }

  validation {
    condition     = can(regex("^[A-Za-z0-9_+=,.@:/-]{2,256}$", var.hub.external_id))
    error_message = "hub.external_id must be 2 to 256 characters out of letters, digits and _+=,.@:/-."
  }

  validation {
    condition     = can(regex("^[A-Za-z0-9_+=,.@-]{1,64}$", var.hub.spoke_role_name))
    error_message = "hub.spoke_role_name must be 1 to 64 characters out of letters, digits and _+=,.@-."
  }

  validation {
    condition     = var.hub.organization_id == null || can(regex("^o-[a-z0-9]{10,32}$", var.hub.organization_id))
    error_message = "hub.organization_id must be null or an organization's id: \"o-\" and 10 to 32 lower-case letters and digits, such as \"o-a1b2c3d4e5\"."
  }
}

variable "account" {
  description = "The output \"account\" of the same hub's spoke in another region of the same account. Null in the first region, which makes the account's IAM roles."
  type = object({
    spoke_role_name      = string
    forwarding_role_name = string
  })
  default = null

  validation {
    condition     = var.account == null || can(regex("^[A-Za-z0-9_+=,.@-]{1,64}$", var.account.spoke_role_name))
    error_message = "account.spoke_role_name must be the name of a role: pass on the whole output \"account\" of the account's first spoke."
  }

  validation {
    condition     = var.account == null || can(regex("^[A-Za-z0-9_+=,.@-]{1,64}$", var.account.forwarding_role_name))
    error_message = "account.forwarding_role_name must be the name of a role: pass on the whole output \"account\" of the account's first spoke."
  }
}

variable "clusters" {
  description = "Names of the ECS clusters the hub may look at and change in this region. Empty for all of them."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for cluster in var.clusters : can(regex("^[A-Za-z0-9_-]{1,255}$", cluster))])
    error_message = "clusters must hold names of ECS clusters, such as [\"production\"]: 1 to 255 letters, digits, hyphens and underscores each, not ARNs."
  }
}

variable "pass_role_arns" {
  description = "Roles of tasks that the hub may pass to ECS when it updates a service. Only for services whose update ECS refuses without iam:PassRole."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.pass_role_arns : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$", arn))])
    error_message = "pass_role_arns must hold ARNs of IAM roles without wildcards, such as [\"arn:aws:iam::111122223333:role/web-task\"]."
  }
}

variable "operation" {
  description = "Kill switch of this account and region: \"active\" lets the hub change services, \"drain\" lets it only bring services that are on-demand back to Spot, which it does without further wait, \"dry_run\" only lets it say what it would change. The more careful of hub and spoke wins."
  type        = string
  default     = "active"
  nullable    = false

  validation {
    condition     = contains(["active", "drain", "dry_run"], var.operation)
    error_message = "operation must be \"active\", \"drain\" or \"dry_run\"."
  }
}

variable "default_policy" {
  description = "Policy of all services on Fargate Spot of this account and region, in the clusters listed if any are. Every such service, that has no registration of its own and is not tagged spot-failover = \"off\", is looked after as by protected-service in mode switch: its fields are explained there. dry_run is true unless you say otherwise: the hub then only tells what it would do. Before dry_run = false, see that the resource of every such service ignores changes of its strategy and desired count. exclude holds patterns \"cluster/service\" with the wildcards * and ?. Null for the default policy of the hub, if it has one."
  type = object({
    mode    = optional(string, "switch")
    dry_run = optional(bool, true)
    owner   = optional(string, "")
    exclude = optional(list(string), [])
    thresholds = optional(object({
      window_seconds     = optional(number, 300)
      placement_failures = optional(number, 1)
      capacity_failures  = optional(number, 3)
      interruptions      = optional(number, 5)
      scale              = optional(string, "fixed")
      waiting_seconds    = optional(number, 180)
      silent_surveys     = optional(number, 3)
    }), {})
    failover = optional(object({
      on_demand_weight = optional(number, 10)
      healthy_percent  = optional(number, 50)
      timeout_seconds  = optional(number, 600)
    }), {})
    restore = optional(object({
      interval_seconds    = optional(number, 60)
      window_seconds      = optional(number, 600)
      min_samples         = optional(number, 10)
      min_success_percent = optional(number, 80)
      max_error_percent   = optional(number, 5)
      canary_percent      = optional(number, 10)
      backoff_seconds     = optional(number, 900)
      max_backoff_seconds = optional(number, 10800)
      tries_per_day       = optional(number, 4)
    }), {})
    surge = optional(object({
      tasks_per_interruption = optional(number, 0)
      max_tasks              = optional(number, 10)
    }), {})
  })
  default = null

  validation {
    condition     = var.default_policy == null ? true : var.default_policy.mode == "switch"
    error_message = "default_policy.mode must be \"switch\": the other modes need a second service, which only a registration of its own can name."
  }

  validation {
    condition     = var.default_policy == null ? true : length(var.default_policy.owner) <= 256
    error_message = "default_policy.owner must be at most 256 characters."
  }

  validation {
    condition     = alltrue([for pattern in try(var.default_policy.exclude, []) : can(regex("^[A-Za-z0-9_*?-]{1,255}/[A-Za-z0-9_*?-]{1,255}$", pattern))])
    error_message = "default_policy.exclude must hold patterns \"cluster/service\", such as [\"production/batch-*\"]: letters, digits, hyphens, underscores and the wildcards * and ?."
  }

  validation {
    condition     = length(join(",", try(var.default_policy.exclude, []))) <= 1500
    error_message = "default_policy.exclude must be at most 1500 characters in all, because what keeps it holds 4 KB. Tag services spot-failover = \"off\" instead."
  }

  validation {
    condition     = var.default_policy == null ? true : contains(["fixed", "circuit_breaker"], var.default_policy.thresholds.scale)
    error_message = "default_policy.thresholds.scale must be \"fixed\" or \"circuit_breaker\"."
  }

  # A section that a default policy does not have, such as standby, is content.
  validation {
    condition = alltrue(flatten([
      for section, fields in local.bounds : [
        for field, bounds in fields :
        try(var.default_policy[section][field] == max(bounds[0], min(bounds[1], floor(var.default_policy[section][field]))), true)
      ]
    ]))
    error_message = join(" ", flatten([
      for section, fields in local.bounds : [
        for field, bounds in fields :
        "default_policy.${section}.${field} must be a whole number from ${bounds[0]} to ${bounds[1]}."
        if try(var.default_policy[section][field] != max(bounds[0], min(bounds[1], floor(var.default_policy[section][field]))), false)
      ]
    ]))
  }

  validation {
    condition     = var.default_policy == null ? true : var.default_policy.restore.max_backoff_seconds >= var.default_policy.restore.backoff_seconds
    error_message = "default_policy.restore.max_backoff_seconds must be default_policy.restore.backoff_seconds or more."
  }
}

variable "permissions_boundary_arn" {
  description = "Policy set as permissions boundary of the roles the spoke makes."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null || can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn must be the ARN of a managed policy, such as \"arn:aws:iam::111122223333:policy/boundary\"."
  }
}

variable "alarm_actions" {
  description = "What to tell when an event could not be forwarded: ARNs of SNS topics of this account and region, or of other alarm actions. Empty makes no alarm."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.alarm_actions : can(regex("^arn:[a-z-]+:[a-z0-9-]+:", arn))])
    error_message = "alarm_actions must hold ARNs, such as [\"arn:aws:sns:eu-west-1:111122223333:operations\"]."
  }

  validation {
    condition     = length(var.alarm_actions) <= 5
    error_message = "alarm_actions must hold at most 5 ARNs, which is what CloudWatch allows."
  }
}

variable "tags" {
  description = "Tags of everything the spoke makes, beside its own tag \"spot-failover\"."
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
