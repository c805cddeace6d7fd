# The dashboard's widgets, from top to bottom: how it is now, every service, then graphs two in a row.

locals {
  widgets = concat([
    {
      type   = "metric"
      x      = 0
      y      = 0
      width  = 24
      height = 4
      properties = {
        title     = "The fleet now"
        view      = "singleValue"
        region    = local.region
        sparkline = true
        period    = 60
        stat      = "Sum"
        metrics = [
          local.summed.away,
          local.summed.healthy,
          local.summed.demanded,
          local.summed.spot,
          local.summed.ondemand,
          local.summed.saved,
          [{ expression = format(local.gauge, "away", "away"), label = "services away from Spot" }],
          concat(local.of_fleet["SpotHealthScore"], [{ stat = "Minimum", label = "worst Spot health" }]),
          [{ expression = format(local.gauge, "healthy", "healthy"), label = "healthy tasks" }],
          [{ expression = format(local.gauge, "demanded", "demanded"), label = "tasks asked for" }],
          [{ expression = "100*ondemand/(ondemand+spot)", label = "% on demand" }],
          [{ expression = format(local.gauge, "saved", "saved"), label = "$ saved today, estimated" }],
        ]
      }
    },
    {
      type   = "custom"
      x      = 0
      y      = 4
      width  = 24
      height = 12
      properties = {
        title    = "Services"
        endpoint = local.function_arns["console"]
        updateOn = { refresh = true, resize = false, timeRange = false }
        params   = { show = "all" }
      }
    },
    ],
    [
      for index, graph in concat(local.graphs, local.rankings) : {
        type   = "metric"
        x      = 12 * (index % 2)
        y      = 16 + 6 * floor(index / 2)
        width  = 12
        height = 6
        properties = merge(
          { view = "timeSeries", stacked = false, region = local.region, period = 60, stat = "Maximum" },
          graph,
        )
      }
    ],
  )

  graphs = [
    {
      title = "Spot health of all services"
      metrics = [
        concat(local.of_fleet["SpotHealthScore"], [{ stat = "Minimum", label = "the sickest" }]),
        concat(local.of_fleet["SpotHealthScore"], [{ stat = "Average", label = "on average" }]),
      ]
      yAxis       = local.percent
      annotations = local.health_lines
    },
    {
      title = "Failover status: services"
      metrics = [
        local.summed.away,
        local.summed.used,
        [{ expression = format(local.gauge, "away", "away"), label = "away from Spot" }],
        [{ expression = format(local.gauge, "used", "used"), label = "with no try left today" }],
        concat(local.of_fleet["FailoversOfOneServiceToday"], [{ label = "failovers of one service in a day, at most" }]),
      ]
      yAxis = { left = { min = 0 } }
    },
    {
      title = "Tasks"
      metrics = [
        local.summed.healthy,
        local.summed.demanded,
        local.summed.spot,
        local.summed.ondemand,
        [{ expression = format(local.gauge, "demanded", "demanded"), label = "asked for" }],
        [{ expression = format(local.gauge, "healthy", "healthy"), label = "healthy" }],
        [{ expression = format(local.gauge, "spot", "spot"), label = "on Spot" }],
        [{ expression = format(local.gauge, "ondemand", "ondemand"), label = "on demand" }],
      ]
      yAxis = { left = { min = 0 } }
    },
    {
      title = "Share of tasks on demand, in percent"
      metrics = [
        local.summed.spot,
        local.summed.ondemand,
        [{ expression = "100*ondemand/(ondemand+spot)", label = "on demand" }],
      ]
      yAxis = local.percent
      annotations = {
        horizontal = [{ label = "for a whole day: consider Savings Plans", value = 10 }]
      }
    },
    {
      title = "Savings today, estimated, in dollars"
      metrics = [
        local.summed.saved,
        [{ expression = format(local.gauge, "saved", "saved"), label = "saved since midnight UTC" }],
      ]
      yAxis = { left = { min = 0 } }
    },
    {
      title  = "Failovers and restores"
      period = 300
      stat   = "Sum"
      metrics = [
        concat(local.of_fleet["FailoverCount"], [{ label = "failovers" }]),
        concat(local.of_fleet["Restores"], [{ label = "restores" }]),
        concat(local.of_fleet["FailedRestores"], [{ label = "failed restores" }]),
      ]
      yAxis = { left = { min = 0 } }
    },
    {
      title  = "From an event to the change made for it, in seconds"
      period = 300
      metrics = [
        concat(local.of_fleet["DetectionToActionSeconds"], [{ stat = "p50", label = "half of all" }]),
        concat(local.of_fleet["DetectionToActionSeconds"], [{ stat = "Maximum", label = "the slowest" }]),
      ]
      yAxis = { left = { min = 0 } }
    },
    {
      title  = "Errors of Spot"
      period = 300
      metrics = [
        concat(local.of_fleet["ErrorCount5min"], [{ label = "of one service in five minutes, at most" }]),
        concat(local.of_fleet["UnprotectedInterruptions"], [{ stat = "Sum", label = "interruptions of services that nobody protects" }]),
      ]
      yAxis = { left = { min = 0 } }
    },
    {
      title  = "What was refused or failed"
      period = 300
      stat   = "Sum"
      metrics = [
        for metric in ["RejectedEvents", "RejectedRegistrations", "FailedPasses", "FailedReadings", "FailedChecks", "SilentSpokes", "DeniedSpokes"] :
        local.of_fleet[metric]
      ]
      yAxis = { left = { min = 0 } }
    },
    {
      title   = "Messages in dead-letter queues"
      metrics = [for name in values(local.dead_letter_queue_names) : ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", name]]
      yAxis   = { left = { min = 0 } }
    },
    {
      title   = "Age of the oldest message in a queue, in seconds"
      metrics = [for name in values(local.queue_names) : ["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", name]]
      yAxis   = { left = { min = 0 } }
    },
    {
      title  = "Functions: errors and throttles"
      period = 300
      stat   = "Sum"
      metrics = flatten([
        for name in values(local.function_names) : [
          { of = ["AWS/Lambda", "Errors", "FunctionName", name, { label = "${name} errors" }] },
          { of = ["AWS/Lambda", "Throttles", "FunctionName", name, { label = "${name} throttles" }] },
        ]
      ])[*].of
      yAxis = { left = { min = 0 } }
    },
    {
      title   = "Functions: time taken, in milliseconds, 19 of 20 at most"
      stat    = "p95"
      metrics = [for name in values(local.function_names) : ["AWS/Lambda", "Duration", "FunctionName", name]]
      yAxis   = { left = { min = 0 } }
    },
    {
      title   = "Functions: copies that run at once"
      metrics = [for name in values(local.function_names) : ["AWS/Lambda", "ConcurrentExecutions", "FunctionName", name]]
      yAxis   = { left = { min = 0 } }
    },
  ]
}
