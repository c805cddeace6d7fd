"""What the survey last saw of every service of an account and region, and what its tasks came to today.

Everything in dollars is an estimate: running counts, as they were each minute, times list prices.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from spot_failover.domain.record import Operation

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from spot_failover.domain.identity import Location, ServiceId
    from spot_failover.domain.task_definition import TaskSize


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at a service with its standby; counts are tasks.

    spot and on_demand: running tasks, by what places them. healthy: running, less those that have notice.
    score: SpotHealthScore, 0 to 100.
    """

    spot: int
    on_demand: int
    demand: int
    healthy: int
    score: int


@dataclass(frozen=True, slots=True)
class Usage:
    """What ran since the UTC day began: task-seconds, and dollars saved against all on-demand."""

    spot_seconds: float = 0.0
    on_demand_seconds: float = 0.0
    saved: float = 0.0

    def plus(self, other: Usage) -> Usage:
        """Return the sum of both."""
        return Usage(
            self.spot_seconds + other.spot_seconds,
            self.on_demand_seconds + other.on_demand_seconds,
            self.saved + other.saved,
        )

    @property
    def on_demand_share(self) -> float:
        """The part of all task-seconds that ran on demand, 0 to 1; 0 where nothing ran."""
        seconds = self.spot_seconds + self.on_demand_seconds
        return self.on_demand_seconds / seconds if seconds else 0.0


@dataclass(frozen=True, slots=True)
class Ledger:
    """The readings of one account and region at a time, and the usage of its UTC day.

    yesterday: the usage of all services together on the last day that is over. advised_at: when its on-demand
    share was last told of. sizes: of the task definitions that run, by ARN. sizes_retry_at: until then those
    that are unknown stay so, because AWS would not tell. operation: the hub's own kill switch at that time.
    """

    location: Location
    at: datetime
    day: date
    readings: Mapping[ServiceId, Reading] = field(default_factory=dict)
    usage: Mapping[ServiceId, Usage] = field(default_factory=dict)
    yesterday: Usage | None = None
    advised_at: datetime | None = None
    sizes: Mapping[str, TaskSize] = field(default_factory=dict)
    sizes_retry_at: datetime | None = None
    operation: Operation = Operation.ACTIVE
