# What people look at. Services appear by themselves: the console's table reads the hub's records, and graphs of single
# services or accounts are queries. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html

locals {
  dashboard_url = join("", [
    "https://${local.region}.",
    lookup({ aws-cn = "console.amazonaws.cn", aws-us-gov = "console.amazonaws-us-gov.com" }, local.partition, "console.aws.amazon.com"),
    "/cloudwatch/home?region=${local.region}#dashboards/dashboard/${local.dashboard_name}",
  ])

  # A survey writes every gauge once a minute and service. Sums over longer periods are brought back to one minute's.
  gauge = "%s/(PERIOD(%s)/60)"

  # The finest that metrics are told apart by. Insights finds what there is, new services too: at most 500, worst first.
  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-querylanguage.html
  finest = {
    fleet   = { name = "fleet", schema = "service", by = "service" }
    account = { name = "account", schema = "account, region, service", by = "account, region" }
    service = { name = "service", schema = "account, cluster, ecs_service, region, service", by = "account, region, cluster, ecs_service" }
  }[var.metrics.detail]
  ranking = join(" ", [
    "FROM SCHEMA(\"${var.metrics.namespace}\", ${local.finest.schema}) WHERE service = '${local.name}'",
    "GROUP BY ${local.finest.by} ORDER BY",
  ])
  rankings = [for graph in local.rankings_of_finest : graph if var.metrics.detail != "fleet"]
  rankings_of_finest = [
    {
      title       = "Spot health of the ten sickest (${local.finest.name})"
      metrics     = [[{ expression = "SELECT MIN(SpotHealthScore) ${local.ranking} MIN() ASC LIMIT 10", period = 60 }]]
      yAxis       = local.percent
      annotations = local.health_lines
    },
    {
      title   = "Errors of Spot in five minutes, the ten with most (${local.finest.name})"
      metrics = [[{ expression = "SELECT MAX(ErrorCount5min) ${local.ranking} MAX() DESC LIMIT 10", period = 60 }]]
    },
    {
      title   = "Savings today, estimated, the ten with most (${local.finest.name}), in dollars"
      metrics = [[{ expression = "SELECT MAX(CostSavingsToday) ${local.ranking} MAX() DESC LIMIT 10", period = 60 }]]
    },
  ]

  # A metric of the whole fleet.
  of_fleet = { for metric in local.shown_metrics : metric => [var.metrics.namespace, metric, "service", local.name] }
  shown_metrics = [
    "CostSavingsToday",
    "DemandedTasks",
    "DeniedSpokes",
    "DetectionToActionSeconds",
    "ErrorCount5min",
    "FailedChecks",
    "FailedPasses",
    "FailedReadings",
    "FailedRestores",
    "FailoverActive",
    "FailoverCount",
    "FailoversOfOneServiceToday",
    "HealthyTasks",
    "OnDemandTasks",
    "RejectedEvents",
    "RejectedRegistrations",
    "Restores",
    "RestoresUsedUp",
    "SilentSpokes",
    "SpotHealthScore",
    "SpotTasks",
    "UnprotectedInterruptions",
  ]
  # Sums that an expression stands for, by its id.
  summed = {
    for id, metric in {
      away     = "FailoverActive"
      demanded = "DemandedTasks"
      healthy  = "HealthyTasks"
      ondemand = "OnDemandTasks"
      saved    = "CostSavingsToday"
      spot     = "SpotTasks"
      used     = "RestoresUsedUp"
    } : id => concat(local.of_fleet[metric], [{ id = id, stat = "Sum", visible = false }])
  }

  percent = { left = { min = 0, max = 100 } }
  health_lines = {
    horizontal = [
      { label = "Spot fails now and then", value = 60, color = "#ff9900" },
      { label = "alarm", value = local.thresholds.health_score, color = "#d13212" },
    ]
  }
}

resource "aws_cloudwatch_dashboard" "main" {
  dashboard_name = local.dashboard_name
  dashboard_body = jsonencode({
    start          = "-PT3H"
    periodOverride = "inherit"
    widgets        = local.widgets
  })

  # CloudWatch asks the viewer whether to trust the function; it should be there to be asked about.
  depends_on = [aws_lambda_function.main]
}
