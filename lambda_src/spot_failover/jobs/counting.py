"""What a pass counts, beside its faults: failovers, restores, and how soon it acted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spot_failover.domain.metric import Metric
from spot_failover.domain.record import Phase, Record

if TYPE_CHECKING:
    from datetime import datetime

    from spot_failover.jobs import ports


def count_transition(metrics: ports.Metrics, before: Record, after: Record) -> None:
    """Count the failover that begins, or the restore that ends, with the record just saved."""
    match before.phase, after.phase:
        case Phase.STEADY, Phase.FAILING_OVER:
            metrics.count(Metric.FAILOVER_COUNT, of=after.id)
        case Phase.RESTORING, Phase.FAILING_OVER | Phase.ON_DEMAND:
            metrics.count(Metric.FAILED_RESTORES, of=after.id)
        case _, Phase.STEADY if after.restored_at != before.restored_at:
            metrics.count(Metric.RESTORES, of=after.id)


def count_time_to_act(metrics: ports.Metrics, before: Record, after: Record, now: datetime) -> None:
    """Tell how long it took from the event behind a failover to the pass that first acted on it."""
    first = before.phase is Phase.STEADY or (before.applied is None and before.held is None)
    if after.phase is Phase.FAILING_OVER and after.event and first:
        seconds = max(0.0, (now - after.event.time).total_seconds())
        metrics.count(Metric.DETECTION_TO_ACTION_SECONDS, seconds, after.id)
