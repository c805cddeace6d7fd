# The examples plan, and show what a user must get right. Their text: test_examples.py. Import blocks are for roots alone,
# so from-a-poc is applied in tests/e2e/test_examples.py instead.

mock_provider "aws" {
  source = "./tests/terraform/mocks"
}

mock_provider "aws" {
  alias  = "second"
  source = "./tests/terraform/mocks"
}

variables {
  name               = "web"
  subnet_ids         = ["subnet-0abc", "subnet-0def"]
  security_group_ids = ["sg-0abc"]
}

run "switch" {
  command = plan

  module {
    source = "./examples/protected-service"
  }

  assert {
    condition     = output.service_id == "111122223333::eu-west-1::web::web"
    error_message = "Another service is registered."
  }
}

run "standby" {
  command = plan

  module {
    source = "./examples/standby-service"
  }

  variables {
    vpc_id       = "vpc-0abc"
    listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/app/web/50dc6c495c0c9188/f2f7dc8efc522ab2"
    host_name    = "web.example.com"
  }

  assert {
    condition = [for service in [aws_ecs_service.spot, aws_ecs_service.standby] : [service.name, service.desired_count, one(service.capacity_provider_strategy).capacity_provider]] == [
      ["web", 3, "FARGATE_SPOT"],
      ["web-on-demand", 0, "FARGATE"],
    ]
    error_message = "The pair is not a service on Spot and a standby without Spot and tasks."
  }

  assert {
    condition     = aws_ecs_service.spot.network_configuration == aws_ecs_service.standby.network_configuration
    error_message = "The standby runs in another network."
  }

  assert {
    condition     = length(aws_ecs_service.spot.load_balancer) == 1 && length(aws_ecs_service.standby.load_balancer) == 1
    error_message = "A service is not behind the load balancer."
  }

  assert {
    condition = { for key, target in aws_appautoscaling_target.main : key => [target.resource_id, target.min_capacity, target.max_capacity] } == {
      spot    = ["service/web/web", 3, 12]
      standby = ["service/web/web-on-demand", 0, 12]
    }
    error_message = "A service has another scalable target, or autoscaling would start tasks of an idle standby."
  }

  assert {
    condition     = tonumber(aws_lb_target_group.main.deregistration_delay) <= 110
    error_message = "A task would not be deregistered before its interruption ends it."
  }

  assert {
    condition     = output.service_id == "111122223333::eu-west-1::web::web"
    error_message = "Another service is registered."
  }
}

run "backfill" {
  command = plan

  module {
    source = "./examples/backfill-workers"
  }

  variables {
    reserve = 2
  }

  assert {
    condition = [for service in [aws_ecs_service.spot, aws_ecs_service.standby] : [service.name, service.desired_count, one(service.capacity_provider_strategy).capacity_provider]] == [
      ["web", 10, "FARGATE_SPOT"],
      ["web-on-demand", 0, "FARGATE"],
    ]
    error_message = "The pair is not a service on Spot and a standby without Spot and tasks."
  }

  assert {
    condition     = aws_ecs_service.spot.network_configuration == aws_ecs_service.standby.network_configuration
    error_message = "The standby runs in another network."
  }

  assert {
    condition     = output.service_id == "111122223333::eu-west-1::web::web"
    error_message = "Another service is registered."
  }
}

run "interruption_ready" {
  command = plan

  module {
    source = "./examples/interruption-ready-service"
  }

  variables {
    image         = "orders@sha256:0000000000000000000000000000000000000000000000000000000000000000"
    catalogue_url = "http://catalogue.example.com"
    vpc_id        = "vpc-0abc"
    listener_arn  = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/app/web/50dc6c495c0c9188/f2f7dc8efc522ab2"
    host_name     = "orders.example.com"
  }

  assert {
    condition     = tonumber(aws_lb_target_group.web.deregistration_delay) <= 110
    error_message = "A task would not be deregistered before its interruption ends it."
  }

  assert {
    condition     = [for check in aws_lb_target_group.web.health_check : [check.path, check.interval, check.unhealthy_threshold]] == [["/readyz", 30, 3]]
    error_message = "A target's health is not asked every 30 s, three times."
  }

  assert {
    condition = alltrue([
      for service in [aws_ecs_service.web, aws_ecs_service.worker] :
      { for item in service.capacity_provider_strategy : item.capacity_provider => [coalesce(item.base, 0) > 0, item.weight] } == {
        FARGATE      = [true, 0]
        FARGATE_SPOT = [false, 1]
      }
    ])
    error_message = "A service has no base on-demand, or no Spot beyond it."
  }

  assert {
    condition     = output.service_ids == { web = "111122223333::eu-west-1::web::web-web", worker = "111122223333::eu-west-1::web::web-worker" }
    error_message = "Other services are registered."
  }
}

run "single_account" {
  command = plan

  module {
    source = "./examples/single-account"
  }

  assert {
    condition     = strcontains(output.drill_command, "service/web/web")
    error_message = "The drill is of another service."
  }
}

run "whole_account" {
  command = plan

  module {
    source = "./examples/whole-account"
  }

  variables {
    exclude = ["production/batch-*"]
  }

  assert {
    condition     = output.alert_topic_arn == "arn:aws:sns:eu-west-1:111122223333:spot-failover-alerts"
    error_message = "Nobody could hear what the hub would do."
  }
}

run "central" {
  command = plan

  module {
    source = "./examples/central-and-two-accounts/central"
  }

  variables {
    organization_id = "o-a1b2c3d4e5"
    allow_drills    = true
  }

  assert {
    condition     = jsondecode(jsonencode(output.spoke)) == jsondecode(file("examples/central-and-two-accounts/hub.json"))
    error_message = "The committed hub.json is not what a hub puts out."
  }
}

run "one_region" {
  command = plan

  module {
    source = "./examples/central-and-two-accounts/one-region"
  }

  variables {
    hub_file = "examples/central-and-two-accounts/hub.json"
    network  = { subnet_ids = ["subnet-0abc"], security_group_ids = ["sg-0abc"] }
  }

  assert {
    condition     = output.service_id == "111122223333::eu-west-1::web::web"
    error_message = "Another service is registered."
  }
}

run "two_regions" {
  command = plan

  module {
    source = "./examples/central-and-two-accounts/two-regions"
  }

  providers = {
    aws        = aws
    aws.second = aws.second
  }

  variables {
    hub_file = "examples/central-and-two-accounts/hub.json"
    first    = { subnet_ids = ["subnet-0abc"], security_group_ids = ["sg-0abc"] }
    second   = { subnet_ids = ["subnet-0def"], security_group_ids = ["sg-0def"] }
  }

  assert {
    condition     = length(output.service_ids) == 2
    error_message = "A region has no service."
  }
}

run "ecs_module" {
  command = plan

  module {
    source = "./examples/ecs-module"
  }

  variables {
    cluster_arn      = "arn:aws:ecs:eu-west-1:111122223333:cluster/production"
    image            = "web@sha256:0000000000000000000000000000000000000000000000000000000000000000"
    target_group_arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web/50dc6c495c0c9188"
  }

  assert {
    condition     = output.service_id == "111122223333::eu-west-1::production::web"
    error_message = "Another service is registered."
  }

  assert {
    condition     = [module.spot.seen.desired_count, module.standby.seen.desired_count, module.spot.seen.providers, module.standby.seen.providers] == [3, 0, ["FARGATE_SPOT"], ["FARGATE"]]
    error_message = "The pair is not a service on Spot and a standby without Spot and tasks."
  }

  assert {
    condition     = module.spot.seen.security_groups == module.standby.seen.security_groups
    error_message = "The standby runs in another network."
  }

  assert {
    condition     = [module.spot.seen.limits, module.standby.seen.limits] == [[[3, 12]], [[0, 12]]]
    error_message = "Autoscaling would start tasks of an idle standby."
  }
}

run "package_from_s3" {
  command = plan

  module {
    source = "./examples/package-from-s3"
  }

  variables {
    bucket = "example-artifacts"
    key    = "spot-failover/0.1.0.zip"
  }

  assert {
    condition     = output.spoke.event_bus_arn == "arn:aws:events:eu-west-1:111122223333:event-bus/spot-failover"
    error_message = "There is no hub."
  }
}

run "github_oidc" {
  command = plan

  module {
    source = "./examples/github-oidc"
  }

  variables {
    repository  = { owner = "example", owner_id = "1111", name = "infrastructure", id = "2222" }
    environment = "spot-failover-canary"
    manages     = ["spoke"]
    regions     = ["eu-west-1", "us-east-1"]
    state       = { bucket = "example-state", key_prefix = "spot-failover/" }
  }

  # What the roles may do: test_github_oidc.py.
  assert {
    condition     = [for step in ["plan", "apply"] : aws_iam_role.github[step].name] == ["github-spot-failover-plan", "github-spot-failover-apply"]
    error_message = "The roles have names that the apply role may change."
  }

  assert {
    condition     = output.permissions_boundary_arn == "arn:aws:iam::111122223333:policy/spot-failover-boundary"
    error_message = "The modules would be given another boundary than is made."
  }
}
