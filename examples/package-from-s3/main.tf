# A hub whose functions come from S3: for pipelines that apply without a clone of this project.

provider "aws" {
  region = var.region
}

module "hub" {
  source = "../../modules/central-hub"

  deletion_protection = var.deletion_protection

  package = {
    s3_bucket = var.bucket
    s3_key    = var.key
  }
}
