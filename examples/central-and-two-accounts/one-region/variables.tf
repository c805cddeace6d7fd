variable "hub_file" {
  description = "File with the hub's output \"spoke\" as JSON."
  type        = string
  default     = "../hub.json"
  nullable    = false
}

variable "region" {
  description = "Region of the services."
  type        = string
  default     = "eu-west-1"
  nullable    = false
}

variable "network" {
  description = "Network for the service's tasks, with a way to the internet."
  type = object({
    subnet_ids         = list(string)
    security_group_ids = list(string)
  })
  nullable = false
}
