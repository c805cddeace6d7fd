"""Metrics in CloudWatch's embedded metric format: lines in the log, no call and no permission.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import AmazonCloudWatchEMFProvider

from spot_failover.domain.identity import Location, ServiceId
from spot_failover.domain.metric import Detail, Metric

_UNITS: Final = {
    Metric.SPOT_HEALTH_SCORE: MetricUnit.NoUnit,
    Metric.FAILOVER_ACTIVE: MetricUnit.NoUnit,
    Metric.RESTORES_USED_UP: MetricUnit.NoUnit,
    Metric.COST_SAVINGS_TODAY: MetricUnit.NoUnit,  # dollars
    Metric.ON_DEMAND_SECONDS: MetricUnit.Seconds,
    Metric.DETECTION_TO_ACTION_SECONDS: MetricUnit.Seconds,
}


@dataclass(frozen=True, slots=True)
class EmbeddedMetrics:
    """The port `Metrics`.

    Every value counts for the fleet, under the dimension `service` = `hub`, the name of the hub; with more
    `detail` also under `account` and `region`, or `account`, `region`, `cluster` and `ecs_service`. Values of
    many services for one metric are written as a list, so that Minimum and Maximum show each of them.
    """

    namespace: str
    hub: str
    detail: Detail = Detail.FLEET
    _lines: dict[tuple[tuple[str, str], ...], AmazonCloudWatchEMFProvider] = field(default_factory=dict)

    def count(self, name: Metric, value: float = 1, of: ServiceId | Location | None = None) -> None:
        self._line(of).add_metric(name.value, _UNITS.get(name, MetricUnit.Count), value)

    def measure(self, name: Metric, value: float, of: ServiceId) -> None:
        self._line(of).add_metric(name.value, _UNITS.get(name, MetricUnit.Count), value)

    @contextmanager
    def published(self) -> Iterator[None]:
        """Write what was counted inside, whatever becomes of it; nothing where nothing was counted."""
        try:
            yield
        finally:
            for line in self._lines.values():
                if line.metric_set:  # a hundred values of one metric are written at once
                    line.flush_metrics()
            self._lines.clear()

    def _line(self, of: ServiceId | Location | None) -> AmazonCloudWatchEMFProvider:
        dimensions = self._dimensions(of)
        key = tuple(dimensions.items())
        if key not in self._lines:
            line = AmazonCloudWatchEMFProvider(namespace=self.namespace, service=self.hub)
            if dimensions:
                line.add_dimensions(service=self.hub, **dimensions)
            self._lines[key] = line
        return self._lines[key]

    def _dimensions(self, of: ServiceId | Location | None) -> dict[str, str]:
        if of is None or self.detail is Detail.FLEET:
            return {}
        place = {"account": of.account, "region": of.region}
        if self.detail is Detail.ACCOUNT or isinstance(of, Location):
            return place
        return {**place, "cluster": of.cluster, "ecs_service": of.service}
