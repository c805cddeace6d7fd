# A hub, and the spoke of the same account and region, as the root module makes them.

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100"
    }
  }
}

provider "aws" {
  skip_credentials_validation = true
  skip_requesting_account_id  = false
  skip_metadata_api_check     = true
}

module "hub" {
  source = "../../modules/central-hub"

  allow_drills        = true
  deletion_protection = false
}

module "spoke" {
  source = "../../modules/workload-spoke"

  hub = module.hub.spoke
}

output "event_bus_arn" {
  description = "The hub's bus."
  value       = module.hub.event_bus_arn
}

output "state_table" {
  description = "Name of the state table."
  value       = module.hub.state_table.name
}

output "queue_urls" {
  description = "URLs of the hub's queues."
  value       = [for queue in values(module.hub.queues) : queue.url]
}
