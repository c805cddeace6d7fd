# What runs in both services.

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

    # On an interruption ECS sends SIGTERM two minutes ahead: go on answering until the load balancer has let go.
    command = ["sh", "-c", join("; ", [
      "trap 'sleep 100; exit 0' TERM",
      "echo ok > /dev/shm/index.html",
      "httpd -p 8080 -h /dev/shm",
      "while true; do sleep 1; done",
    ])]
    stopTimeout  = 110
    portMappings = [{ containerPort = 8080 }]

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
