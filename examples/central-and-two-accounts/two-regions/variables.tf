variable "hub_file" {
  description = "File with the hub's output \"spoke\" as JSON."
  type        = string
  default     = "../hub.json"
  nullable    = false
}

variable "first" {
  description = "The first region and its network for tasks, with a way to the internet."
  type = object({
    region             = optional(string, "eu-west-1")
    subnet_ids         = list(string)
    security_group_ids = list(string)
  })
  nullable = false
}

variable "second" {
  description = "The second region and its network for tasks, with a way to the internet."
  type = object({
    region             = optional(string, "eu-central-1")
    subnet_ids         = list(string)
    security_group_ids = list(string)
  })
  nullable = false
}
