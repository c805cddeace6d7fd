# The root module: hub and spoke in one account.

mock_provider "aws" {
  source = "./tests/terraform/mocks"
}

run "one_block_makes_hub_and_spoke" {
  command = plan

  variables {
    package = {
      s3_bucket = "example-artifacts"
      s3_key    = "spot_failover.zip"
    }
    name_prefix = "dev-"
  }

  assert {
    condition     = output.spoke.event_bus_arn == "arn:aws:events:eu-west-1:111122223333:event-bus/dev-spot-failover"
    error_message = "The outputs are not the hub's."
  }

  assert {
    condition     = output.event_bus_arn == output.spoke.event_bus_arn && output.state_table.name == "dev-ecs_cp_restore_state"
    error_message = "The outputs are not the hub's."
  }
}
