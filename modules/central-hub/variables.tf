locals {
  # The least and the most that each number of a policy may be, for registrations and default policies alike.
  bounds = jsondecode(file("${path.module}/../protected-service/policy-bounds.json"))
}

variable "name_prefix" {
  description = "Put in front of every name that the hub and its spokes choose. Ends with a hyphen, such as \"dev-\". Two hubs that share an account, be it a workload account, need different ones. There is one spoke per account and region all the same."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^([a-z][a-z0-9-]{0,18}-)?$", var.name_prefix))
    error_message = "name_prefix must be empty, or at most 20 lower-case letters, digits and hyphens that start with a letter and end with a hyphen, such as \"dev-\"."
  }
}

variable "workload_accounts" {
  description = "Ids of the accounts whose services the hub looks after, where there is no organization to name. With organization_id as well, only these accounts of it. The hub's own account is always admitted."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for account in var.workload_accounts : can(regex("^[0-9]{12}$", account))])
    error_message = "workload_accounts must hold account ids of twelve digits each, quoted so that leading zeros survive, such as [\"012345678901\"]."
  }

  validation {
    condition     = length(var.workload_accounts) <= 80
    error_message = "workload_accounts must hold at most 80 accounts, because policies name each of them and hold 10,240 characters. Name the whole organization with organization_id instead."
  }
}

variable "organization_id" {
  description = "Id of the AWS organization whose accounts may forward events to the hub, such as \"o-a1b2c3d4e5\". New accounts of it then need no change here."
  type        = string
  default     = null

  validation {
    condition     = var.organization_id == null || can(regex("^o-[a-z0-9]{10,32}$", var.organization_id))
    error_message = "organization_id must be an organization's id: \"o-\" and 10 to 32 lower-case letters and digits, such as \"o-a1b2c3d4e5\"."
  }
}

variable "external_id" {
  description = "External id that the work function gives when it assumes a spoke's role, and that the role asks for. Not a secret: it tells one hub from another."
  type        = string
  default     = "spot-failover"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_+=,.@:/-]{2,256}$", var.external_id))
    error_message = "external_id must be 2 to 256 characters out of letters, digits and _+=,.@:/-."
  }
}

variable "names" {
  description = "Names that people and other tools know the system by. name_prefix goes in front of each."
  type = object({
    placement_failure_queue = optional(string, "fargate-spot-placement-failure-queue")
    interruption_queue      = optional(string, "fargate-spot-interruption-queue")
    state_table             = optional(string, "ecs_cp_restore_state")
    spoke_role              = optional(string, "CentralSpotAutomationRole")
  })
  default  = {}
  nullable = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,50}$", var.names.placement_failure_queue))
    error_message = "names.placement_failure_queue must be 1 to 50 letters, digits, hyphens and underscores."
  }

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,50}$", var.names.interruption_queue))
    error_message = "names.interruption_queue must be 1 to 50 letters, digits, hyphens and underscores."
  }

  validation {
    condition     = var.names.interruption_queue != var.names.placement_failure_queue
    error_message = "names.interruption_queue must differ from names.placement_failure_queue: each kind of event has a queue of its own."
  }

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{3,200}$", var.names.state_table))
    error_message = "names.state_table must be 3 to 200 letters, digits, underscores, hyphens and dots."
  }

  validation {
    condition     = can(regex("^[A-Za-z0-9_+=,.@-]{1,44}$", var.names.spoke_role))
    error_message = "names.spoke_role must be 1 to 44 characters out of letters, digits and _+=,.@-, the same in every workload account."
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

variable "default_policy" {
  description = "Policy of all services on Fargate Spot in the whole fleet. Every such service, that has no registration of its own and is not tagged spot-failover = \"off\", is looked after as by protected-service in mode switch: its fields are explained there. dry_run is true unless you say otherwise: the hub then only tells what it would do. Before dry_run = false, see that the resource of every such service ignores changes of its strategy and desired count. exclude holds patterns \"cluster/service\" with the wildcards * and ?. A default policy of the spoke goes before it. Null for none."
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

variable "functions" {
  description = "Size and time limit of each function, the largest number of copies of those that work on queues, and what they log."
  type = object({
    console = optional(object({
      memory_mb       = optional(number, 1024)
      timeout_seconds = optional(number, 30)
    }), {})
    observe = optional(object({
      memory_mb           = optional(number, 512)
      timeout_seconds     = optional(number, 30)
      maximum_concurrency = optional(number, 10)
    }), {})
    work = optional(object({
      memory_mb           = optional(number, 512)
      timeout_seconds     = optional(number, 30)
      maximum_concurrency = optional(number, 50)
    }), {})
    log_level          = optional(string, "INFO")
    log_retention_days = optional(number, 90)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for settings in [var.functions.console, var.functions.observe, var.functions.work] : settings.memory_mb >= 256 && settings.memory_mb <= 10240 && floor(settings.memory_mb) == settings.memory_mb])
    error_message = "functions must have a memory_mb that is a whole number from 256 to 10240 for each of console, observe and work."
  }

  validation {
    condition     = alltrue([for settings in [var.functions.console, var.functions.observe, var.functions.work] : settings.timeout_seconds >= 10 && settings.timeout_seconds <= 300 && floor(settings.timeout_seconds) == settings.timeout_seconds])
    error_message = "functions must have a timeout_seconds that is a whole number from 10 to 300 for each of console, observe and work: a message that crashed a function waits six times as long for its next try."
  }

  validation {
    condition     = alltrue([for settings in [var.functions.observe, var.functions.work] : settings.maximum_concurrency >= 2 && settings.maximum_concurrency <= 1000 && floor(settings.maximum_concurrency) == settings.maximum_concurrency])
    error_message = "functions.observe.maximum_concurrency and functions.work.maximum_concurrency must be whole numbers from 2 to 1000."
  }

  validation {
    condition     = contains(["DEBUG", "INFO", "WARNING", "ERROR"], var.functions.log_level)
    error_message = "functions.log_level must be \"DEBUG\", \"INFO\", \"WARNING\" or \"ERROR\"."
  }

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.functions.log_retention_days)
    error_message = "functions.log_retention_days must be a number of days that CloudWatch Logs offers: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653."
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

  validation {
    condition     = var.alerts.thresholds.health_score >= 1 && var.alerts.thresholds.health_score <= 100
    error_message = "alerts.thresholds.health_score must be from 1 to 100: the score itself goes from 0 to 100."
  }

  validation {
    condition     = var.alerts.thresholds.failovers_a_day >= 1 && floor(var.alerts.thresholds.failovers_a_day) == var.alerts.thresholds.failovers_a_day
    error_message = "alerts.thresholds.failovers_a_day must be a whole number, 1 or more."
  }

  validation {
    condition     = var.alerts.thresholds.queue_age_seconds >= 60 && var.alerts.thresholds.queue_age_seconds <= 86400
    error_message = "alerts.thresholds.queue_age_seconds must be from 60 to 86400: what is older than a day is history."
  }
}

variable "metrics" {
  description = "CloudWatch namespace of the hub's metrics, and how finely they are told apart. They always count for the fleet, with Minimum, Maximum and Sum over its services, at no more than eight dollars a month in all. With detail \"account\" they also count for each account and region, with \"service\" for each service: about three dollars a month for each. Alarms are the same with all three."
  type = object({
    namespace = optional(string, "Fargate/Failover")
    detail    = optional(string, "fleet")
  })
  default  = {}
  nullable = false

  validation {
    condition     = can(regex("^[A-Za-z0-9._/#-]{1,255}$", var.metrics.namespace))
    error_message = "metrics.namespace must be 1 to 255 characters out of letters, digits and ._/#-."
  }

  validation {
    condition     = !startswith(var.metrics.namespace, "AWS/")
    error_message = "metrics.namespace must not start with \"AWS/\", which CloudWatch keeps for AWS's own services."
  }

  validation {
    condition     = contains(["fleet", "account", "service"], var.metrics.detail)
    error_message = "metrics.detail must be \"fleet\", \"account\" or \"service\"."
  }
}

variable "prices" {
  description = "Dollars an hour for a vCPU and a GB on Fargate, by region (\"*\" for all that are not named) and architecture (X86_64 or ARM64), for the estimate of what Spot saves. Where nothing is given, what an operator in one region paid is taken: 0.04656 and 0.00511 on demand, 0.02049 and 0.00225 on Spot."
  type = map(map(object({
    on_demand_vcpu = number
    on_demand_gb   = number
    spot_vcpu      = number
    spot_gb        = number
  })))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for region in keys(var.prices) : can(regex("^(\\*|[a-z]{2}(-[a-z]+)+-[0-9]+)$", region))])
    error_message = "prices must be keyed by region, such as \"eu-central-1\", or \"*\" for all that are not named."
  }

  validation {
    condition     = alltrue(flatten([for architectures in values(var.prices) : [for architecture in keys(architectures) : contains(["X86_64", "ARM64"], architecture)]]))
    error_message = "prices must be keyed by architecture below each region: \"X86_64\" or \"ARM64\"."
  }

  validation {
    condition     = alltrue(flatten([for architectures in values(var.prices) : [for price in values(architectures) : [for dollars in values(price) : dollars >= 0 && dollars <= 100]]]))
    error_message = "prices must be dollars an hour, from 0 to 100."
  }

  validation {
    condition     = length(jsonencode(var.prices)) <= 1800
    error_message = "prices must be at most 1800 characters as JSON, because a function's environment holds 4 KB: about eight regions with both architectures. Give \"*\" for those that cost about the same."
  }
}

variable "archive_days" {
  description = "Days for which every event on the hub's bus, audit events included, is kept and can be replayed."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = var.archive_days >= 1 && var.archive_days <= 3653 && floor(var.archive_days) == var.archive_days
    error_message = "archive_days must be a whole number from 1 to 3653."
  }
}

variable "deletion_protection" {
  description = "Whether DynamoDB refuses to delete the state table. It holds the way back of every service that is on-demand now; turn it off, and apply, before a destroy."
  type        = bool
  default     = true
  nullable    = false
}

variable "permissions_boundary_arn" {
  description = "Policy set as permissions boundary of every role the hub makes."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null || can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn must be the ARN of a managed policy, such as \"arn:aws:iam::111122223333:policy/boundary\"."
  }
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
