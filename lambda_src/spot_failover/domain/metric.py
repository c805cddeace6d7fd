"""The names of the hub's metrics, in its namespace in CloudWatch."""

from __future__ import annotations

from enum import StrEnum


class Metric(StrEnum):
    """One metric. Gauges hold one value a service and minute, counters one a happening.

    Of the gauges, what is the fleet's own is a Minimum, Maximum or Sum over its services, never an average.
    """

    # Gauges, written by the survey.
    SPOT_HEALTH_SCORE = "SpotHealthScore"
    FAILOVER_ACTIVE = "FailoverActive"
    ERROR_COUNT_5_MIN = "ErrorCount5min"
    COST_SAVINGS_TODAY = "CostSavingsToday"
    HEALTHY_TASKS = "HealthyTasks"
    DEMANDED_TASKS = "DemandedTasks"
    SPOT_TASKS = "SpotTasks"
    ON_DEMAND_TASKS = "OnDemandTasks"
    FAILOVERS_OF_ONE_SERVICE_TODAY = "FailoversOfOneServiceToday"
    RESTORES_USED_UP = "RestoresUsedUp"

    # Counters. The first is the survey's too: task-seconds since the last look.
    ON_DEMAND_SECONDS = "OnDemandSeconds"
    FAILOVER_COUNT = "FailoverCount"
    DETECTION_TO_ACTION_SECONDS = "DetectionToActionSeconds"
    RESTORES = "Restores"
    FAILED_RESTORES = "FailedRestores"

    # Faults and refusals.
    REJECTED_EVENTS = "RejectedEvents"
    UNDELIVERED_MESSAGES = "UndeliveredMessages"
    REJECTED_REGISTRATIONS = "RejectedRegistrations"
    UNPROTECTED_INTERRUPTIONS = "UnprotectedInterruptions"
    FAILED_PASSES = "FailedPasses"
    FAILED_READINGS = "FailedReadings"
    FAILED_CHECKS = "FailedChecks"
    UNPRICED_TASK_DEFINITIONS = "UnpricedTaskDefinitions"
    SILENT_SPOKES = "SilentSpokes"
    DENIED_SPOKES = "DeniedSpokes"


class Detail(StrEnum):
    """How finely metrics are told apart: each value counts for the fleet, and for what is named here too."""

    FLEET = "fleet"
    ACCOUNT = "account"
    SERVICE = "service"
