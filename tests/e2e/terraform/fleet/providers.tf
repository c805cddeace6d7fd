provider "aws" {
  alias      = "north"
  region     = "eu-central-1"
  access_key = "222222222222"
  secret_key = "sandbox"
}

provider "aws" {
  alias      = "north_us"
  region     = "us-east-1"
  access_key = "222222222222"
  secret_key = "sandbox"
}

provider "aws" {
  alias      = "south"
  region     = "eu-central-1"
  access_key = "333333333333"
  secret_key = "sandbox"
}

provider "aws" {
  alias      = "east"
  region     = "eu-central-1"
  access_key = "444444444444"
  secret_key = "sandbox"
}

provider "aws" {
  alias      = "west"
  region     = "eu-west-1"
  access_key = "555555555555"
  secret_key = "sandbox"
}
