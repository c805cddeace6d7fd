# The central account: everything that looks after services in other accounts.

# The sandbox takes the access key for the account's id. On AWS: whatever credentials you use there.
provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "111111111111"
  secret_key                  = "sandbox"
  skip_credentials_validation = true
}

module "hub" {
  source = "../../../../modules/central-hub"

  workload_accounts   = var.workload_accounts
  allow_drills        = true
  deletion_protection = false
}
