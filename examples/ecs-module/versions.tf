terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # The ECS module asks for provider 6; ours take 5.100 as well.
      version = ">= 5.100"
    }
  }
}
