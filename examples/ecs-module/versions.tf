terraform {
  required_version = ">= 1.9"

  required_providers {
    # The modules use it, the ECS module from 6 on.
    # tflint-ignore: terraform_unused_required_providers
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100"
    }
  }
}
