# Two workload accounts, one of them in two regions. The sandbox takes the access key for the account's id.

provider "aws" {
  alias                       = "shop_frankfurt"
  region                      = "eu-central-1"
  access_key                  = "222222222222"
  secret_key                  = "sandbox"
  skip_credentials_validation = true
}

provider "aws" {
  alias                       = "shop_tokyo"
  region                      = "ap-northeast-1"
  access_key                  = "222222222222"
  secret_key                  = "sandbox"
  skip_credentials_validation = true
}

provider "aws" {
  alias                       = "test_mumbai"
  region                      = "ap-south-1"
  access_key                  = "333333333333"
  secret_key                  = "sandbox"
  skip_credentials_validation = true
}
