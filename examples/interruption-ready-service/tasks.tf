locals {
  port = 8080

  environment = {
    ORDERS_TABLE            = aws_dynamodb_table.orders.name
    IDEMPOTENCY_TABLE       = aws_dynamodb_table.idempotency.name
    QUEUE_URL               = aws_sqs_queue.orders.url
    CATALOGUE_URL           = var.catalogue_url
    HOST                    = "0.0.0.0"
    PORT                    = tostring(local.port)
    DRAIN_SECONDS           = tostring(local.drain_seconds)
    LONGEST_REQUEST_SECONDS = tostring(local.longest_request_seconds)
    VISIBILITY_SECONDS      = tostring(local.visibility_seconds)
    POLL_SECONDS            = "10"
    PULSE_FILE              = "/dev/shm/pulse"
  }

  # ECS replaces a task whose process works no more. To be leaving is no illness: neither asks whether it is ready.
  alive = {
    web    = "import urllib.request as r; r.urlopen('http://127.0.0.1:${local.port}/healthz', timeout=4)"
    worker = "import os, sys, time; sys.exit(time.time() - os.stat('${local.environment.PULSE_FILE}').st_mtime > 60)"
  }
}

resource "aws_ecs_task_definition" "main" {
  for_each = local.alive

  family                   = "${var.name}-${each.key}"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task[each.key].arn

  container_definitions = jsonencode([{
    name                   = "main"
    image                  = var.image
    command                = ["-m", "orders.${each.key}"]
    portMappings           = each.key == "web" ? [{ containerPort = local.port }] : []
    essential              = true
    readonlyRootFilesystem = true
    stopTimeout            = local.stop_timeout_seconds
    environment            = [for name, value in local.environment : { name = name, value = value }]

    healthCheck = {
      command  = ["CMD", "python", "-c", each.value]
      interval = local.health_check_interval_seconds
      retries  = local.health_check_failures
      timeout  = 10
    }

    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.main.name
        awslogs-region        = data.aws_service.logs.region
        awslogs-stream-prefix = each.key
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
