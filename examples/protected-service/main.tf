# An ECS service on Fargate Spot that the hub looks after.

data "aws_partition" "current" {}

# Any regional service would do: this names the region alike in providers 5 and 6.
data "aws_service" "logs" {
  service_id = "logs"
}

resource "aws_ecs_cluster" "main" {
  name = var.name

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

# Both must be there: the hub can only switch to a capacity provider that the cluster has.
resource "aws_ecs_cluster_capacity_providers" "main" {
  cluster_name       = aws_ecs_cluster.main.name
  capacity_providers = ["FARGATE", "FARGATE_SPOT"]
}

resource "aws_ecs_service" "main" {
  name            = var.name
  cluster         = aws_ecs_cluster.main.arn
  task_definition = aws_ecs_task_definition.main.arn
  desired_count   = var.desired_count

  capacity_provider_strategy {
    capacity_provider = "FARGATE_SPOT"
    weight            = 1
  }

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    subnets          = var.subnet_ids
    security_groups  = var.security_group_ids
    assign_public_ip = false
  }

  # Without this the next apply would end a failover in the middle of a drought.
  lifecycle {
    ignore_changes = [capacity_provider_strategy, desired_count]
  }

  depends_on = [aws_ecs_cluster_capacity_providers.main]
}

module "protected" {
  source = "../../modules/protected-service"

  cluster_name             = aws_ecs_cluster.main.name
  service_name             = aws_ecs_service.main.name
  mode                     = "switch"
  ignores_strategy_changes = true
}

resource "aws_ecs_task_definition" "main" {
  family                   = var.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  execution_role_arn       = aws_iam_role.execution.arn

  container_definitions = jsonencode([{
    name                   = "main"
    image                  = var.image
    essential              = true
    readonlyRootFilesystem = true

    # On an interruption ECS sends SIGTERM two minutes ahead: finish what is under way, take nothing new.
    command     = ["sh", "-c", "trap 'exit 0' TERM; while true; do sleep 1; done"]
    stopTimeout = 110

    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.main.name
        awslogs-region        = data.aws_service.logs.region
        awslogs-stream-prefix = var.name
      }
    }
  }])
}

resource "aws_cloudwatch_log_group" "main" {
  # checkov:skip=CKV_AWS_158: CloudWatch Logs encrypts with its own key; these tasks log no secrets.
  # checkov:skip=CKV_AWS_338: An example's logs are not worth a year.
  name              = "/ecs/${var.name}"
  retention_in_days = 14
}

resource "aws_iam_role" "execution" {
  # IAM knows no regions: the region in the name lets the example stand in two of them.
  name               = "${var.name}-execution-${data.aws_service.logs.region}"
  assume_role_policy = data.aws_iam_policy_document.execution_trust.json
}

data "aws_iam_policy_document" "execution_trust" {
  statement {
    sid     = "LetEcsStartTheTasks"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }
  }
}

resource "aws_iam_role_policy_attachment" "execution" {
  role       = aws_iam_role.execution.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}
