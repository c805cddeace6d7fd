"""Faults that a test or a demo puts in on purpose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from simulator.world.names import ServiceKey


def _nothing() -> None:
    pass


@dataclass(slots=True)
class Faults:
    """Faults of the API and of its events; those of Spot capacity are weather."""

    staleness: timedelta = timedelta()
    stale_tasks: bool = False
    on_stale: Callable[[], None] = _nothing
    _throttled: Counter[str] = field(default_factory=Counter)
    _silent_until: dict[ServiceKey, datetime] = field(default_factory=dict)

    def throttle(self, operation: str, count: int) -> None:
        """Refuse the next `count` calls of an operation, such as `UpdateService`: ThrottlingException."""
        self._throttled[operation] += count

    def stale_reads(self, seconds: float, *, tasks: bool = False) -> None:
        """Let DescribeServices answer with the state of `seconds` ago; 0 ends it.

        With `tasks`, ListTasks and DescribeTasks do so too. What happened before this call is not remembered,
        so a service is shown as it was then at the earliest. Seconds are those of the world's own time: no
        factor divides them.
        """
        self.staleness = timedelta(seconds=seconds)
        self.stale_tasks = tasks and seconds > 0
        self.on_stale()

    def silence(self, key: ServiceKey, until: datetime) -> None:
        """Let a service and its tasks send no event at all until a moment, as AWS does at times.

        What the API answers, the service's own messages included, does not change.
        """
        self._silent_until[key] = until

    def is_silent(self, key: ServiceKey, now: datetime) -> bool:
        """Whether no event of a service is sent now."""
        until = self._silent_until.get(key)
        return until is not None and now < until

    def takes(self, operation: str) -> bool:
        """Use up one injected throttle of an operation, if there is one."""
        if self._throttled[operation] <= 0:
            return False
        self._throttled[operation] -= 1
        return True
