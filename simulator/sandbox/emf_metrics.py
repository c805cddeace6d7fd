"""Metrics that functions write into their logs in CloudWatch's Embedded Metric Format.

AWS makes CloudWatch metrics of them; ministack leaves them in the log, so they are summed up from there on
request.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from simulator.sandbox.emulator import Emulator

Key = tuple[str, str, str, str, str]


def sums(emulator: Emulator) -> list[dict[str, Any]]:
    """Return every metric with its dimensions, the number of its values and their sum."""
    totals: dict[Key, list[float]] = {}
    for account, region, group in _function_groups(emulator):
        for line in _lines(group):
            for namespace, name, dimensions, value in _values(line):
                key = (account, region, namespace, name, json.dumps(dimensions, sort_keys=True))
                totals.setdefault(key, []).append(value)
    return [
        {
            "account": account,
            "region": region,
            "namespace": namespace,
            "name": name,
            "dimensions": json.loads(dimensions),
            "count": len(values),
            "sum": sum(values),
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


def _values(line: str) -> Iterator[tuple[str, str, dict[str, str], float]]:
    if '"_aws"' not in line or not line.lstrip().startswith("{"):
        return
    try:
        document = json.loads(line)
    except ValueError:
        return
    for directive in document.get("_aws", {}).get("CloudWatchMetrics", []):
        for names in directive.get("Dimensions") or [[]]:
            dimensions = {name: str(document.get(name, "")) for name in names}
            for metric in directive.get("Metrics", []):
                found = document.get(metric["Name"], [])
                for value in found if isinstance(found, list) else [found]:
                    yield str(directive.get("Namespace", "")), str(metric["Name"]), dimensions, float(value)
