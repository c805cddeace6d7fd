variable "name" {
  description = "As that module's."
  type        = string
  default     = ""
}

variable "cluster_arn" {
  description = "As that module's."
  type        = string
  default     = ""
}

variable "desired_count" {
  description = "As that module's."
  type        = number
  default     = 1
}

variable "cpu" {
  description = "As that module's."
  type        = number
  default     = 1024
}

variable "memory" {
  description = "As that module's."
  type        = number
  default     = 2048
}

variable "create_task_definition" {
  description = "As that module's."
  type        = bool
  default     = true
}

variable "task_definition_arn" {
  description = "As that module's."
  type        = string
  default     = null
}

variable "create_task_exec_iam_role" {
  description = "As that module's."
  type        = bool
  default     = true
}

variable "create_tasks_iam_role" {
  description = "As that module's."
  type        = bool
  default     = true
}

variable "create_security_group" {
  description = "As that module's."
  type        = bool
  default     = true
}

variable "security_group_ids" {
  description = "As that module's."
  type        = list(string)
  default     = []
}

variable "subnet_ids" {
  description = "As that module's."
  type        = list(string)
  default     = []
}

variable "deployment_minimum_healthy_percent" {
  description = "As that module's."
  type        = number
  default     = 66
}

variable "enable_autoscaling" {
  description = "As that module's."
  type        = bool
  default     = true
}

variable "autoscaling_min_capacity" {
  description = "As that module's."
  type        = number
  default     = 1
}

variable "autoscaling_max_capacity" {
  description = "As that module's."
  type        = number
  default     = 10
}

variable "capacity_provider_strategy" {
  description = "As that module's."
  type = map(object({
    base              = optional(number)
    capacity_provider = string
    weight            = optional(number)
  }))
  default = null
}

variable "load_balancer" {
  description = "As that module's."
  type = map(object({
    container_name   = string
    container_port   = number
    target_group_arn = optional(string)
  }))
  default = null
}

variable "container_definitions" {
  description = "As that module's."
  type = map(object({
    essential    = optional(bool)
    image        = optional(string)
    portMappings = optional(list(object({ containerPort = optional(number) })))
    stopTimeout  = optional(number, 120)
  }))
  default = {}
}
