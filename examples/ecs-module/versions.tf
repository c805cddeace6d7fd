# The ECS module asks for provider 6.
terraform {
  required_version = ">= 1.9"
}
