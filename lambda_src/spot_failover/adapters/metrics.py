"""Counters in CloudWatch's embedded metric format: a line in the log, no call and no permission."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aws_lambda_powertools.metrics import EphemeralMetrics


@dataclass(slots=True)
class EmbeddedMetrics:
    """The port `Metrics`."""

    service: str
    namespace: str
    _counted: EphemeralMetrics | None = field(default=None, init=False)

    def count(self, name: str, value: int = 1) -> None:
        # Powertools is a fifth of a cold start, and most invocations count nothing.
        from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit  # noqa: PLC0415

        if self._counted is None:
            self._counted = EphemeralMetrics(service=self.service, namespace=self.namespace)
        self._counted.add_metric(name, MetricUnit.Count, value)

    @contextmanager
    def published(self) -> Iterator[None]:
        """Write what was counted inside, whatever becomes of it; nothing where nothing was counted."""
        try:
            yield
        finally:
            if self._counted is not None:
                self._counted.flush_metrics()
                self._counted = None
