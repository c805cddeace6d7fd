"""What a service's users felt: outage, degradation and lost capacity, computed from the world's log."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from simulator.world.log import Sample
from simulator.world.names import ServiceKey

OUTAGE_BELOW = 0.5  # of demand


@dataclass(frozen=True, slots=True)
class Figures:
    """One service over a period. Demand is its desired count.

    Decisions count a noticed task as lost; here it serves until its container exits or it is drained.
    Task seconds are sums of tasks over time: what Spot and on-demand are paid for.
    """

    seconds: float = 0.0
    outage_seconds: float = 0.0  # serving below half of demand
    degraded_seconds: float = 0.0  # serving below demand, outages included
    capacity_seconds_lost: float = 0.0  # tasks missing times seconds
    demand_seconds: float = 0.0
    spot_seconds: float = 0.0
    on_demand_seconds: float = 0.0

    @property
    def availability(self) -> float:
        """The share of time without an outage; 1 for an empty period."""
        return 1 - self.outage_seconds / self.seconds if self.seconds else 1.0

    @property
    def on_demand_share(self) -> float:
        """The share of running task time that was on-demand; 0 where nothing ran."""
        running = self.spot_seconds + self.on_demand_seconds
        return self.on_demand_seconds / running if running else 0.0


def figures(samples: Iterable[Sample], key: ServiceKey, start: datetime, end: datetime) -> Figures:
    """Compute the figures of one service from `start` to `end`.

    A sample holds until the next one; before its first sample a service has no demand. Leave out the time in
    which a service first comes up by choosing `start`.
    """
    total = Figures()
    held: Sample | None = None
    for sample in samples:
        if sample.key != key:
            continue
        if held is not None:
            total = _with(total, held, max(held.at, start), min(sample.at, end))
        held = sample
    return total if held is None else _with(total, held, max(held.at, start), end)


def together(samples: Iterable[Sample], keys: Collection[ServiceKey], demand: int) -> Iterator[Sample]:
    """Join the samples of services that serve one demand, a Spot service and its standby, into one service's.

    The joined samples have the first of the keys, and the demand as their desired count: what a failover does
    to the desired counts of the two is nothing that users asked for.
    """
    newest: dict[ServiceKey, Sample] = {}
    key = next(iter(keys))
    for sample in samples:
        if sample.key not in keys:
            continue
        newest[sample.key] = sample
        yield added_up(newest.values(), sample.at, key, demand)


def added_up(parts: Collection[Sample], at: datetime, key: ServiceKey, demand: int) -> Sample:
    """Return what services that serve one demand have together, as the sample of one of them."""
    return Sample(
        at=at,
        key=key,
        spot_running=sum(part.spot_running for part in parts),
        on_demand_running=sum(part.on_demand_running for part in parts),
        serving=sum(part.serving for part in parts),
        desired=demand,
    )


def longest_outage(samples: Iterable[Sample], key: ServiceKey, start: datetime, end: datetime) -> float:
    """Return the seconds of the longest time without a break in which less than half of demand was served."""
    longest = 0.0
    since: datetime | None = None
    for sample in samples:
        if sample.key != key or sample.at >= end:
            continue
        at = max(sample.at, start)
        if _is_outage(sample):
            since = since or at
        elif since is not None:
            longest = max(longest, (at - since).total_seconds())
            since = None
    return longest if since is None else max(longest, (end - since).total_seconds())


def running_over_time(
    samples: Iterable[Sample], key: ServiceKey
) -> list[tuple[datetime, int, int, int, int]]:
    """Return (time, Spot running, on-demand running, serving, desired) at each change, for a timeline."""
    return [
        (sample.at, sample.spot_running, sample.on_demand_running, sample.serving, sample.desired)
        for sample in samples
        if sample.key == key
    ]


def _is_outage(sample: Sample) -> bool:
    return sample.serving < OUTAGE_BELOW * sample.desired


def _with(total: Figures, sample: Sample, start: datetime, end: datetime) -> Figures:
    seconds = (end - start).total_seconds()
    if seconds <= 0:
        return total
    missing = max(0, sample.desired - sample.serving)
    return Figures(
        seconds=total.seconds + seconds,
        outage_seconds=total.outage_seconds + seconds * _is_outage(sample),
        degraded_seconds=total.degraded_seconds + seconds * (missing > 0),
        capacity_seconds_lost=total.capacity_seconds_lost + seconds * missing,
        demand_seconds=total.demand_seconds + seconds * sample.desired,
        spot_seconds=total.spot_seconds + seconds * sample.spot_running,
        on_demand_seconds=total.on_demand_seconds + seconds * sample.on_demand_running,
    )
