variable "name_prefix" {
  description = "Put in front of every name that hub and spoke choose. Ends with a hyphen, such as \"dev-\". Two quick starts in one account need different ones, and different regions too: there is one spoke per account and region."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^([a-z][a-z0-9-]{0,18}-)?$", var.name_prefix))
    error_message = "name_prefix must be empty, or at most 20 lower-case letters, digits and hyphens that start with a letter and end with a hyphen, such as \"dev-\"."
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

variable "operation" {
  description = "Kill switch of the whole fleet: \"active\" changes services, \"drain\" starts no failover and brings services that are on-demand back to Spot without further wait, \"dry_run\" only says what it would change. A spoke may be more careful than its hub, never less."
  type        = string
  default     = "active"
  nullable    = false

  validation {
    condition     = contains(["active", "drain", "dry_run"], var.operation)
    error_message = "operation must be \"active\", \"drain\" or \"dry_run\"."
  }
}

variable "allow_drills" {
  description = "Whether synthetic events (source test.aws.ecs) exercise the whole path like real ones. Leave it off where nobody rehearses."
  type        = bool
  default     = false
  nullable    = false
}

variable "alerts" {
  description = "Whom the hub tells: mail addresses (each has to confirm by a link) and a Slack channel, by their ids, where AWS's chat integration was let into the workspace before. They hear from a topic that the hub makes, encrypted, or from a topic of yours, which must let cloudwatch.amazonaws.com publish; kms_key_arn is that topic's key, if it has one. Teams subscribe to the topic for what is theirs, by its message attributes account, region, cluster, service, owner and severity. thresholds are those of the alarms: a service's SpotHealthScore below which it is sick for ten minutes, failovers of one service within a day, and how long messages wait in a queue."
  type = object({
    topic = optional(object({
      arn         = string
      kms_key_arn = optional(string)
    }))
    emails = optional(set(string), [])
    slack = optional(object({
      workspace_id = string
      channel_id   = string
    }))
    thresholds = optional(object({
      health_score      = optional(number, 30)
      failovers_a_day   = optional(number, 5)
      queue_age_seconds = optional(number, 300)
    }), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.alerts.topic == null ? true : can(regex("^arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+$", var.alerts.topic.arn))
    error_message = "alerts.topic.arn must be the ARN of a standard SNS topic, such as \"arn:aws:sns:eu-west-1:111122223333:operations\"."
  }

  validation {
    condition     = try(var.alerts.topic.kms_key_arn, null) == null ? true : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.alerts.topic.kms_key_arn))
    error_message = "alerts.topic.kms_key_arn must be the ARN of the KMS key that encrypts the topic, not of an alias."
  }

  validation {
    condition     = alltrue([for address in var.alerts.emails : can(regex("^[^@ ]+@[^@ ]+[.][^@ ]+$", address))])
    error_message = "alerts.emails must hold mail addresses, such as [\"platform@example.com\"]."
  }

  validation {
    condition     = var.alerts.slack == null ? true : can(regex("^T[A-Z0-9]+$", var.alerts.slack.workspace_id)) && can(regex("^[CG][A-Z0-9]+$", var.alerts.slack.channel_id))
    error_message = "alerts.slack must hold ids, not names: workspace_id starts with T, channel_id with C or G, in capitals and digits. The link of a channel ends with its id."
  }
}

variable "package" {
  description = "Where the functions' zip lies in S3, in the hub's region. Null takes the zip that \"make package\" built into the module."
  type = object({
    s3_bucket         = string
    s3_key            = string
    s3_object_version = optional(string)
  })
  default = null

  validation {
    condition     = var.package == null || can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.package.s3_bucket))
    error_message = "package.s3_bucket must be the name of an S3 bucket, such as \"example-artifacts\", without \"s3://\"."
  }

  validation {
    condition     = var.package == null || can(regex("^[^/].*\\.zip$", var.package.s3_key))
    error_message = "package.s3_key must be the key of a .zip object without a leading slash, such as \"spot-failover/0.1.0.zip\"."
  }
}

variable "deletion_protection" {
  description = "Whether DynamoDB refuses to delete the state table. It holds the way back of every service that is on-demand now; turn it off, and apply, before a destroy."
  type        = bool
  default     = true
  nullable    = false
}

variable "tags" {
  description = "Tags of everything the hub makes, beside its own tag \"spot-failover\"."
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
