"""What AWS bills for the hub: every price and every assumption about a month, in this one place.

List prices of us-east-1 without free tiers and discounts, as AWS's pricing pages had them in early 2026.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from spot_failover.domain.metric import Metric

MINUTES: Final = 30 * 24 * 60
# Parameters are read every ten minutes.
REFRESHES: Final = MINUTES / 10

_MILLION: Final = 1e6
_GIB: Final = 2**30

# Dollars for one of what is counted under each name.
PRICES: Final[Mapping[str, float]] = {
    # https://aws.amazon.com/lambda/pricing/, Arm, the first tier
    "lambda requests": 0.20 / _MILLION,
    "lambda GB-seconds": 0.0000133334,
    # https://aws.amazon.com/sqs/pricing/
    "sqs standard requests": 0.40 / _MILLION,
    "sqs FIFO requests": 0.50 / _MILLION,
    # https://aws.amazon.com/dynamodb/pricing/on-demand/, standard table class
    "dynamodb read units": 0.125 / _MILLION,
    "dynamodb write units": 0.625 / _MILLION,
    # https://aws.amazon.com/eventbridge/pricing/: custom events, and events delivered to another account
    "events": 1.00 / _MILLION,
    # The same page: Scheduler
    "schedules": 1.00 / _MILLION,
    # https://aws.amazon.com/cloudwatch/pricing/: logs taken in, custom metrics and alarms a month
    "log bytes": 0.50 / _GIB,
    "alarms": 0.10,
    "dashboards": 3.00,
    # https://aws.amazon.com/sns/pricing/: requests; what mails and chat cost beside is less
    "sns messages": 0.50 / _MILLION,
    # https://aws.amazon.com/kms/pricing/: a key of one's own a month
    "keys": 1.00,
}

# Dollars a month for one custom metric: the first so many, the next, and so on. The same page.
METRIC_TIERS: Final = ((10_000, 0.30), (240_000, 0.10), (750_000, 0.05), (math.inf, 0.02))

# What Lambda itself writes for an invocation: START, END and REPORT.
LAMBDA_LOG_BYTES: Final = 350
# Lambda's pollers ask an empty queue too: five of them, each waiting for 20 s.
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
EMPTY_RECEIVES: Final[Mapping[str, float]] = {
    "sqs standard requests": 3 * 5 * 3 * MINUTES,
    "sqs FIFO requests": 5 * 3 * MINUTES,
}
# All metrics of the hub, as if each were written in every hour: CloudWatch bills only the hours that it is.
METRICS: Final = len(Metric)
# Those of the module with drills allowed; tests/terraform counts them.
ALARMS: Final = 30
# A spoke's heartbeat, each hour, delivered to the hub's account.
HEARTBEATS: Final = 30 * 24
# Failovers of one service in a month, and as many restores: an operator of 200 Spot tasks had 12 in 3 months.
FAILOVERS: Final = 4
# Single Spot tasks that a service loses in a month: the same operator had 2 to 3 a day.
INTERRUPTIONS: Final = 75
# Checks of one service's readiness in a month, one every six hours.
CHECKS: Final = 30 * 4
HOURS: Final = 30 * 24


def dollars(usage: Mapping[str, float]) -> float:
    """Return what AWS bills for what was counted; what has no price costs nothing."""
    flat = sum(PRICES.get(name, 0.0) * number for name, number in usage.items())
    return flat + _of_metrics(usage.get("metrics", 0.0))


def _of_metrics(number: float) -> float:
    dollars = 0.0
    for size, price in METRIC_TIERS:
        dollars += min(number, size) * price
        number = max(0.0, number - size)
    return dollars
