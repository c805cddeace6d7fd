terraform {
  required_version = ">= 1.9"

  required_providers {
    # The modules' provider: terraform test hands them its mock through here.
    # tflint-ignore: terraform_unused_required_providers
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100"
    }
  }
}
