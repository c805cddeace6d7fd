"""What the users of one spec felt and what it ran on, added up while time passes: nothing is kept but sums.

Outage: less than half of demand is served. Degraded: less than demand, outages included.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from simulator.world import Sample, ServiceKey
from simulator.world.figures import OUTAGE_BELOW


@dataclass(frozen=True, slots=True)
class Score:
    """One spec over a period, or several specs added up; all sums are in seconds.

    Task seconds count tasks whose last status is RUNNING. `outages` holds the length of each outage without a
    break. A noticed task serves until its container exits or its load balancer drains it.
    """

    seconds: float = 0.0
    outage_seconds: float = 0.0
    degraded_seconds: float = 0.0
    capacity_seconds_lost: float = 0.0
    demand_seconds: float = 0.0
    spot_seconds: float = 0.0
    on_demand_seconds: float = 0.0
    outages: tuple[float, ...] = ()

    @property
    def availability(self) -> float:
        """The share of time without an outage; 1 for an empty period."""
        return 1 - self.outage_seconds / self.seconds if self.seconds else 1.0

    @property
    def on_demand_share(self) -> float:
        """The share of task time that was on-demand; 0 where nothing ran."""
        ran = self.spot_seconds + self.on_demand_seconds
        return self.on_demand_seconds / ran if ran else 0.0

    @property
    def longest_outage(self) -> float:
        """The seconds of the longest outage; 0 where there was none."""
        return max(self.outages, default=0.0)

    @property
    def mean_outage(self) -> float:
        """The mean seconds of an outage; 0 where there was none."""
        return sum(self.outages) / len(self.outages) if self.outages else 0.0

    def outage_percentile(self, percent: float) -> float:
        """Return how many seconds `percent` of the outages did not exceed; 0 without any."""
        return percentile(self.outages, percent)


def percentile(values: Collection[float], percent: float) -> float:
    """Return the nearest rank: the value that `percent` of the values do not exceed; 0 without any."""
    if not values:
        return 0.0
    rank = math.ceil(len(values) * percent / 100)
    return sorted(values)[max(rank, 1) - 1]


def added_up(scores: Iterable[Score]) -> Score:
    """Return the sums over several specs."""
    parts: Sequence[Score] = tuple(scores)
    return Score(
        seconds=sum(part.seconds for part in parts),
        outage_seconds=sum(part.outage_seconds for part in parts),
        degraded_seconds=sum(part.degraded_seconds for part in parts),
        capacity_seconds_lost=sum(part.capacity_seconds_lost for part in parts),
        demand_seconds=sum(part.demand_seconds for part in parts),
        spot_seconds=sum(part.spot_seconds for part in parts),
        on_demand_seconds=sum(part.on_demand_seconds for part in parts),
        outages=tuple(seconds for part in parts for seconds in part.outages),
    )


@dataclass(slots=True)
class Scorer:
    """Adds up one spec from `start` on: the tasks of all services that serve it, against its own demand."""

    demand: int
    start: datetime
    spot: int = 0
    on_demand: int = 0
    serving: int = 0
    _last: dict[ServiceKey, Sample] = field(default_factory=dict)
    _at: datetime | None = None
    _seconds: float = 0.0
    _degraded: float = 0.0
    _lost: float = 0.0
    _spot: float = 0.0
    _on_demand: float = 0.0
    _outage: float = 0.0  # of the one that lasts
    _outages: list[float] = field(default_factory=list)

    def add(self, sample: Sample) -> None:
        """Take the newest sample of one of the services; times never go back."""
        self.until(sample.at)
        last = self._last.get(sample.key)
        self._last[sample.key] = sample
        if last is not None:
            self.spot -= last.spot_running
            self.on_demand -= last.on_demand_running
            self.serving -= last.serving
        self.spot += sample.spot_running
        self.on_demand += sample.on_demand_running
        self.serving += sample.serving

    def until(self, now: datetime) -> None:
        """Count the time that has passed with what there was."""
        since, self._at = max(self._at or self.start, self.start), now
        seconds = (now - since).total_seconds()
        if seconds <= 0:
            return
        missing = max(0, self.demand - self.serving)
        self._seconds += seconds
        self._degraded += seconds * (missing > 0)
        self._lost += seconds * missing
        self._spot += seconds * self.spot
        self._on_demand += seconds * self.on_demand
        if self.serving < OUTAGE_BELOW * self.demand:
            self._outage += seconds
        elif self._outage:
            self._outages.append(self._outage)
            self._outage = 0.0

    def score(self) -> Score:
        """Return the sums so far; an outage that lasts counts as far as it has come."""
        outages = (*self._outages, self._outage) if self._outage else tuple(self._outages)
        return Score(
            seconds=self._seconds,
            outage_seconds=sum(outages),
            degraded_seconds=self._degraded,
            capacity_seconds_lost=self._lost,
            demand_seconds=self._seconds * self.demand,
            spot_seconds=self._spot,
            on_demand_seconds=self._on_demand,
            outages=outages,
        )
