# The two minutes of an interruption, shared out. All of it follows from how long a request takes and how soon the load
# balancer sees that a task is not ready.
#
#    0 s  notice: SIGTERM, and deregistration, in any order; the task says that it is not ready
#   90 s  at the latest the load balancer has seen three failed health checks: no new connections from here on
#  110 s  the last request is answered, and the task exits
#  120 s  SIGKILL

locals {
  # The most that Fargate allows.
  stop_timeout_seconds = 120

  health_check_interval_seconds = 30
  health_check_failures         = 3

  # Measure it: no request, and no step of a job, may take longer.
  longest_request_seconds = 20

  # AWS says that a Spot task may stay in its target group until it has stopped:
  # https://repost.aws/knowledge-center/fargate-spot-termination-notice
  # So the task goes on answering until its failed health checks alone have taken it out.
  drain_seconds = local.health_check_interval_seconds * local.health_check_failures

  # Deregistering ends connections after this long; the last request is over by then. It must be clearly less than two
  # minutes, 110 s at most: AWS gives two minutes from the notice, and where ECS waits with SIGTERM until the target
  # has drained, this is what it waits. With 120 s SIGTERM and SIGKILL would come together.
  deregistration_delay_seconds = local.longest_request_seconds + 10

  # A message whose worker was killed comes back after this long; a living worker prolongs it.
  visibility_seconds = 60
}
