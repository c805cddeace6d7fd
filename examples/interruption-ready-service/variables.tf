variable "name" {
  description = "Name of the cluster and of what belongs to it; the services are NAME-web and NAME-worker."
  type        = string
  nullable    = false
}

variable "image" {
  description = "Image that the Dockerfile makes, by its digest: a tag that moves would change the tasks behind your back."
  type        = string
  nullable    = false
}

variable "catalogue_url" {
  description = "URL of the service that knows prices and shelves: GET /prices?sku=… and /shelves?sku=…"
  type        = string
  nullable    = false
}

variable "vpc_id" {
  description = "VPC of the load balancer and the subnets."
  type        = string
  nullable    = false
}

variable "listener_arn" {
  description = "Listener of an application load balancer of yours."
  type        = string
  nullable    = false
}

variable "host_name" {
  description = "Host name whose requests the listener passes on to the web service."
  type        = string
  nullable    = false
}

variable "subnet_ids" {
  description = "Subnets of the tasks, in as many availability zones as can be: each has Spot capacity of its own."
  type        = list(string)
  nullable    = false
}

variable "security_group_ids" {
  description = "Security groups of the tasks. They must let the load balancer reach port 8080, and the tasks the registry of the image, the catalogue and AWS."
  type        = list(string)
  nullable    = false
}
