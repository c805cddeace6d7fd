"""Metrics that functions write into their logs in CloudWatch's Embedded Metric Format.

AWS makes CloudWatch metrics of them; ministack leaves them in the log. `corrections.metric_alarms` stores
them, and here they are summed up from the logs on request.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from simulator.sandbox.emulator import Emulator

Key = tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Datum:
    """Values of one metric under one set of dimensions; `at` in seconds since 1970."""

    namespace: str
    name: str
    dimensions: dict[str, str]
    at: float
    unit: str
    values: list[float]


def data(line: str) -> Iterator[Datum]:
    """Yield what CloudWatch reads in a line of a log; nothing where it is no embedded metric."""
    if '"_aws"' not in line or not line.lstrip().startswith("{"):
        return
    try:
        document = json.loads(line)
    except ValueError:
        return
    at = float(document["_aws"].get("Timestamp", 0)) / 1000
    for directive in document["_aws"].get("CloudWatchMetrics", []):
        for names in directive.get("Dimensions") or [[]]:
            dimensions = {name: str(document.get(name, "")) for name in names}
            for metric in directive.get("Metrics", []):
                found = document.get(metric["Name"], [])
                yield Datum(
                    str(directive.get("Namespace", "")),
                    str(metric["Name"]),
                    dimensions,
                    at,
                    str(metric.get("Unit", "None")),
                    [float(value) for value in (found if isinstance(found, list) else [found])],
                )


def sums(emulator: Emulator) -> list[dict[str, Any]]:
    """Return every metric with its dimensions, the number of its values, their sum, and the extremes."""
    totals: dict[Key, list[float]] = {}
    for account, region, group in _function_groups(emulator):
        for line in _lines(group):
            for datum in data(line):
                dimensions = json.dumps(datum.dimensions, sort_keys=True)
                key = (account, region, datum.namespace, datum.name, dimensions)
                totals.setdefault(key, []).extend(datum.values)
    return [
        {
            "account": account,
            "region": region,
            "namespace": namespace,
            "name": name,
            "dimensions": json.loads(dimensions),
            "count": len(values),
            "sum": sum(values),
            "min": min(values, default=0.0),
            "max": max(values, default=0.0),
        }
        for (account, region, namespace, name, dimensions), values in totals.items()
    ]


def _function_groups(emulator: Emulator) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for (account, region, name), group in list(emulator.logs._log_groups.to_dict().items()):
        if str(name).startswith("/aws/lambda/"):
            yield account, region, group


def _lines(group: dict[str, Any]) -> Iterator[str]:
    for stream in list(group["streams"].values()):
        for event in list(stream["events"]):
            yield str(event["message"])
