"""The state of a CloudWatch alarm on one metric: statistic, periods, what is missing.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html. Left out: metric math,
Metrics Insights, percentiles, and the wider range in which CloudWatch looks for data where some is missing.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import fmean
from typing import Any, Final

OK: Final = "OK"
ALARM: Final = "ALARM"
INSUFFICIENT_DATA: Final = "INSUFFICIENT_DATA"

_STATISTICS: Final[Mapping[str, Callable[[Sequence[float]], float]]] = {
    "Average": fmean,
    "Maximum": max,
    "Minimum": min,
    "SampleCount": len,
    "Sum": sum,
}
_COMPARISONS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanOrEqualToThreshold": operator.le,
    "LessThanThreshold": operator.lt,
}


def state_of(
    alarm: Mapping[str, Any], points: Iterable[tuple[float, float]], now: float, present: str
) -> str:
    """Return the state at `now` of an alarm, given in the words of PutMetricAlarm.

    `points` are times in seconds and values of its metric; `present` is the state that it is in.
    """
    period, wanted = float(alarm["Period"]), int(alarm["EvaluationPeriods"])
    breaching_periods = int(alarm.get("DatapointsToAlarm") or wanted)
    values: list[list[float]] = [[] for _ in range(wanted)]
    for at, value in points:
        ago = int((now - at) // period)
        if 0 <= ago < wanted:
            values[ago].append(value)
    missing = str(alarm.get("TreatMissingData") or "missing")
    if missing == "ignore" and not any(values):
        return present
    if missing == "missing" and not any(values):
        return INSUFFICIENT_DATA
    breaching = [_breaches(alarm, found) if found else missing == "breaching" for found in values]
    return ALARM if sum(breaching) >= breaching_periods else OK


def _breaches(alarm: Mapping[str, Any], values: Sequence[float]) -> bool:
    statistic = _STATISTICS[str(alarm["Statistic"])](values)
    return _COMPARISONS[str(alarm["ComparisonOperator"])](statistic, float(alarm["Threshold"]))
