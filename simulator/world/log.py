"""What every service had at every moment: the ground that all figures are computed from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from simulator.world.names import ServiceKey


@dataclass(frozen=True, slots=True)
class Sample:
    """One service from `at` until its next sample.

    Decisions count a noticed task as lost; `serving` counts it until its container exits or its load balancer
    drains it. The running counts are those of the API: tasks whose last status is RUNNING.
    """

    at: datetime
    key: ServiceKey
    spot_running: int
    on_demand_running: int
    serving: int
    desired: int


class Log:
    """An append-only list of samples in the order of time; a sample is added only where something changed.

    With an observer each sample is told to it instead of being kept: months of weather would fill the memory.
    """

    def __init__(self, observer: Callable[[Sample], None] | None = None) -> None:
        self._samples: list[Sample] = []
        self._add = observer or self._samples.append
        self._last: dict[ServiceKey, Sample] = {}

    def __len__(self) -> int:
        return len(self._samples)

    def __iter__(self) -> Iterator[Sample]:
        return iter(self._samples)

    def since(self, index: int) -> list[Sample]:
        """Return the samples from an index on: a reader remembers `len(log)` and comes back."""
        return self._samples[index:]

    def last(self, key: ServiceKey) -> Sample | None:
        """Return the newest sample of a service."""
        return self._last.get(key)

    def add(self, sample: Sample) -> None:
        """Append a sample unless it says what the service's last one said."""
        last = self._last.get(sample.key)
        if last is not None and _figures(last) == _figures(sample):
            return
        self._add(sample)
        self._last[sample.key] = sample


def _figures(sample: Sample) -> tuple[int, int, int, int]:
    return sample.spot_running, sample.on_demand_running, sample.serving, sample.desired
