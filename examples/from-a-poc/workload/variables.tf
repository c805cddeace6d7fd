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

variable "service" {
  description = "A service that the proof of concept looked after."
  type = object({
    cluster_name = string
    service_name = string
  })
  nullable = false
}
