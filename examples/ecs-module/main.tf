# A service and its standby, both made by the service module of terraform-aws-modules/ecs, behind one target group.

locals {
  # The module takes load balancers as a map.
  load_balancer = {
    main = {
      target_group_arn = var.target_group_arn
      container_name   = "main"
      container_port   = 8080
    }
  }
}

module "spot" {
  # checkov:skip=CKV_TF_1: Registry modules are pinned by their version.
  source  = "terraform-aws-modules/ecs/aws//modules/service"
  version = "~> 7.0"

  name          = var.name
  cluster_arn   = var.cluster_arn
  desired_count = var.tasks.least

  capacity_provider_strategy = {
    spot = { capacity_provider = "FARGATE_SPOT", weight = 1 }
  }

  cpu    = 256
  memory = 512
  container_definitions = {
    main = {
      image        = var.image
      essential    = true
      portMappings = [{ containerPort = 8080 }]
      stopTimeout  = 110
    }
  }

  # Both services must have the same network: the module would make a security group for each.
  subnet_ids            = var.subnet_ids
  create_security_group = false
  security_group_ids    = var.security_group_ids
  load_balancer         = local.load_balancer

  # The module's default of 66 takes a third of the tasks away before new ones run.
  deployment_minimum_healthy_percent = 100

  autoscaling_min_capacity = var.tasks.least
  autoscaling_max_capacity = var.tasks.most
}

# No Spot, no task until it is needed, and the same task definition: each apply deploys both.
module "standby" {
  # checkov:skip=CKV_TF_1: Registry modules are pinned by their version.
  source  = "terraform-aws-modules/ecs/aws//modules/service"
  version = "~> 7.0"

  name          = "${var.name}-on-demand"
  cluster_arn   = var.cluster_arn
  desired_count = 0

  capacity_provider_strategy = {
    on_demand = { capacity_provider = "FARGATE", weight = 1 }
  }

  create_task_definition    = false
  task_definition_arn       = module.spot.task_definition_arn
  create_task_exec_iam_role = false
  create_tasks_iam_role     = false

  subnet_ids            = var.subnet_ids
  create_security_group = false
  security_group_ids    = var.security_group_ids
  load_balancer         = local.load_balancer

  deployment_minimum_healthy_percent = 100

  # In mode backfill the standby must have no autoscaling: enable_autoscaling = false.
  autoscaling_min_capacity = 0
  autoscaling_max_capacity = var.tasks.most
}

module "protected" {
  source = "../../modules/protected-service"

  cluster_name             = element(split("/", var.cluster_arn), 1)
  service_name             = module.spot.name
  mode                     = "standby"
  ignores_strategy_changes = true # the module ignores desired_count, always

  standby = {
    service_name           = module.standby.name
    follow_task_definition = false
  }
}
