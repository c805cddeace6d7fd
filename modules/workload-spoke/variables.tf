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
  description = "Kill switch of this account and region: \"active\" lets the hub change services, \"dry_run\" only lets it say what it would change. The more careful of hub and spoke wins."
  type        = string
  default     = "active"
  nullable    = false

  validation {
    condition     = contains(["active", "dry_run"], var.operation)
    error_message = "operation must be \"active\" or \"dry_run\"."
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
