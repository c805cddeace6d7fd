"""Metrics out of logs, and alarms on them.

AWS: makes metrics of lines in the Embedded Metric Format; an alarm looks at the metric with just its
dimensions, period by period, and treats what is missing as it is told to. (CloudWatch user guide, "Embedding
metrics within logs" and "Alarm evaluation".)
ministack: leaves such lines in the log; its alarms mix all dimensions of a name and all periods into one
value. Expressions are accepted and never evaluated, here either. An alarm of whose metric nothing was ever
heard stays INSUFFICIENT_DATA here: the sandbox looks only when a metric comes, AWS each minute.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from simulator.sandbox import alarm_states, emf_metrics
from simulator.sandbox.parts import Parts
from simulator.sandbox.seams import Seam

EVALUATE = Seam("services.cloudwatch", "_evaluate_alarm", ("alarm",))
EVALUATE_ALL = Seam("services.cloudwatch", "_evaluate_all_alarms", ())
APPEND = Seam("services.cloudwatch_logs", "_append_log_events", ("stream", "events"))
STORE = Seam(
    "services.cloudwatch",
    "_store_datum",
    ("namespace", "name", "dims", "ts", "unit", "value", "values", "counts", "stat_values"),
)
METRICS = Seam("services.cloudwatch", "_metrics")
DIMENSIONS_KEY = Seam("services.cloudwatch", "_dims_key", ("dims",))
DISPATCH = Seam(
    "services.cloudwatch", "_dispatch_alarm_actions", ("alarm", "old_state", "new_state", "reason")
)
HISTORY = Seam(
    "services.cloudwatch",
    "_record_history",
    ("alarm_name", "old_state", "new_state", "reason", "alarm_type", "reason_data"),
)
PARENTS = Seam("services.cloudwatch", "_evaluate_parent_alarms", ("child", "seen"))
SEAMS = (
    EVALUATE,
    EVALUATE_ALL,
    APPEND,
    STORE,
    METRICS,
    DIMENSIONS_KEY,
    DISPATCH,
    HISTORY,
    PARENTS,
)

# CloudWatch takes nothing older: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
OLDEST: Final = 14 * 24 * 3600.0


def install(parts: Parts) -> None:
    """Store embedded metrics as they are logged, and look at the alarms of their account and region then."""
    append = APPEND.original()

    def append_log_events(stream: Any, events: Sequence[Mapping[str, Any]]) -> None:
        append(stream, events)
        found = [datum for event in events for datum in emf_metrics.data(str(event["message"]))]
        for datum in found:
            if datum.at > time.time() - OLDEST:
                parts.emulator.cloudwatch._store_datum(
                    datum.namespace,
                    datum.name,
                    datum.dimensions,
                    datum.at,
                    datum.unit,
                    None,
                    datum.values,
                    None,
                    None,
                )
        if found:
            parts.emulator.cloudwatch._evaluate_all_alarms()

    def evaluate_alarm(alarm: dict[str, Any]) -> None:
        points = _points(parts, alarm)
        if not points:
            return
        before = str(alarm["StateValue"])
        after = alarm_states.state_of(alarm, points, time.time(), before)
        if after != before:
            _move(parts, alarm, before, after)

    APPEND.replace(append_log_events)
    EVALUATE.replace(evaluate_alarm)


def _points(parts: Parts, alarm: Mapping[str, Any]) -> list[tuple[float, float]]:
    cloudwatch = parts.emulator.cloudwatch
    dimensions = {each["Name"]: each["Value"] for each in alarm.get("Dimensions") or ()}
    key = (alarm.get("Namespace"), alarm.get("MetricName"), cloudwatch._dims_key(dimensions))
    found = cloudwatch._metrics.get(key) or []
    return [(float(point["Timestamp"]), float(point["Value"])) for point in found]


def _move(parts: Parts, alarm: dict[str, Any], before: str, after: str) -> None:
    cloudwatch = parts.emulator.cloudwatch
    reason = (
        f"{alarm.get('Statistic')} of {alarm.get('MetricName')} against {alarm.get('Threshold')} "
        f"({alarm.get('ComparisonOperator')}) in {alarm.get('EvaluationPeriods')} periods."
    )
    alarm |= {"StateValue": after, "StateReason": reason, "StateUpdatedTimestamp": int(time.time())}
    cloudwatch._record_history(alarm["AlarmName"], before, after, reason)
    cloudwatch._dispatch_alarm_actions(alarm, before, after, reason)
    cloudwatch._evaluate_parent_alarms(alarm)
