"""Counters in CloudWatch's embedded metric format: a line in the log, no call and no permission."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from aws_lambda_powertools.metrics import Metrics, MetricUnit


@dataclass(frozen=True, slots=True)
class EmbeddedMetrics:
    """The port `Metrics`."""

    metrics: Metrics

    def count(self, name: str, value: int = 1) -> None:
        self.metrics.add_metric(name, MetricUnit.Count, value)

    @contextmanager
    def published(self) -> Iterator[None]:
        """Write what was counted inside, whatever becomes of it; nothing where nothing was counted."""
        try:
            yield
        finally:
            if self.metrics.metric_set:
                self.metrics.flush_metrics()
