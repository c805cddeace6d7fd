# What runs in both services.

resource "aws_ecs_task_definition" "main" {
  family                   = var.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn

  container_definitions = jsonencode([{
    name                   = "main"
    image                  = var.image
    essential              = true
    readonlyRootFilesystem = true

    # Put your worker here. On SIGTERM it finishes what it has in hand and takes nothing new; what it does not finish
    # comes back to the queue, so doing it twice must do no harm.
    command     = ["sh", "-c", "trap 'exit 0' TERM; while true; do sleep 1; done"]
    stopTimeout = 110
    environment = [{ name = "QUEUE_URL", value = aws_sqs_queue.main.url }]

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
  assume_role_policy = data.aws_iam_policy_document.tasks_trust.json
}

data "aws_iam_policy_document" "tasks_trust" {
  statement {
    sid     = "LetEcsActForTheTasks"
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

resource "aws_iam_role" "task" {
  name               = "${var.name}-task-${data.aws_service.logs.region}"
  assume_role_policy = data.aws_iam_policy_document.tasks_trust.json
}

resource "aws_iam_role_policy" "task" {
  name   = "work"
  role   = aws_iam_role.task.name
  policy = data.aws_iam_policy_document.task.json
}

data "aws_iam_policy_document" "task" {
  statement {
    sid       = "WorkOnTheQueue"
    actions   = ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:ReceiveMessage"]
    resources = [aws_sqs_queue.main.arn]
  }
}
