variable "region" {
  description = "Region that Terraform's provider is configured for; what is made here has none."
  type        = string
  default     = "eu-west-1"
  nullable    = false
}

variable "repository" {
  description = "The GitHub repository whose workflows plan and apply. \"gh api repos/OWNER/NAME --jq '{id, owner_id: .owner.id}'\" tells the ids, which outlive a change of name."
  type = object({
    owner    = string
    owner_id = string
    name     = string
    id       = string
  })
  nullable = false

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+$", var.repository.owner)) && can(regex("^[A-Za-z0-9._-]+$", var.repository.name))
    error_message = "repository.owner and repository.name must be names as they stand in the repository's address, without a slash or a wildcard."
  }

  validation {
    condition     = alltrue([for id in [var.repository.owner_id, var.repository.id] : can(regex("^[1-9][0-9]*$", id))])
    error_message = "repository.owner_id and repository.id must be numbers, such as \"123456789\"."
  }
}

variable "branch" {
  description = "The branch that is applied."
  type        = string
  default     = "main"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9._/-]+$", var.branch))
    error_message = "branch must be the name of a branch without \"refs/heads/\" and without a wildcard."
  }
}

variable "environment" {
  description = "The GitHub environment in which this account is applied."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9._-]+$", var.environment))
    error_message = "environment must be the name of a GitHub environment out of letters, digits and ._-, such as \"spot-failover-canary\"."
  }
}

variable "manages" {
  description = "What of spot failover the workflows manage in this account: \"hub\", \"spoke\" (with the registrations of services) or both."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.manages) > 0 && length(setsubtract(var.manages, ["hub", "spoke"])) == 0
    error_message = "manages must be [\"hub\"], [\"spoke\"] or [\"hub\", \"spoke\"]."
  }
}

variable "regions" {
  description = "Regions of the hub or the spokes in this account."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.regions) > 0
    error_message = "regions must name one region at least, such as [\"eu-west-1\"]."
  }
}

variable "name_prefix" {
  description = "The hub's name_prefix."
  type        = string
  default     = ""
  nullable    = false
}

variable "state" {
  description = "Where this account's Terraform state is: a bucket, and what its keys begin with, such as \"spot-failover/\"."
  type = object({
    bucket     = string
    key_prefix = string
  })
  nullable = false
}

variable "create_identity_provider" {
  description = "Whether GitHub's identity provider is made here. An account has one: false where it is there already."
  type        = bool
  default     = true
  nullable    = false
}
