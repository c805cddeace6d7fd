# What every mocked plan sees of AWS: one account, one region. Policies are not rendered here; test_fleet.py plans
# with the real provider for that.

mock_data "aws_caller_identity" {
  defaults = {
    account_id = "111122223333"
    arn        = "arn:aws:iam::111122223333:user/terraform"
  }
}

mock_data "aws_partition" {
  defaults = {
    partition = "aws"
  }
}

mock_data "aws_service" {
  defaults = {
    dns_name  = "sqs.eu-west-1.amazonaws.com"
    partition = "aws"
    region    = "eu-west-1"
  }
}

mock_data "aws_iam_policy_document" {
  defaults = {
    json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
  }
}

mock_data "aws_ssm_parameters_by_path" {
  defaults = {
    names  = ["/spot-failover/spoke"]
    values = ["{\"contract\":1,\"version\":\"0.1.0\",\"hub_bus_arn\":\"arn:aws:events:eu-west-1:444455556666:event-bus/spot-failover\",\"clusters\":[],\"operation\":\"active\"}"]
  }
}

mock_resource "aws_kms_key" {
  defaults = {
    arn    = "arn:aws:kms:eu-west-1:111122223333:key/1b0a2c3d-0000-4000-8000-000000000000"
    key_id = "1b0a2c3d-0000-4000-8000-000000000000"
  }
}

mock_resource "aws_cloudwatch_event_bus" {
  defaults = {
    arn = "arn:aws:events:eu-west-1:111122223333:event-bus/spot-failover"
  }
}
