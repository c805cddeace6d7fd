"""Everything that was read from one run: the ground of each line, figure, picture and verdict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from simulator.world import Sample, ServiceKey
from spot_failover.domain.evidence import EvidenceKind
from spot_failover.domain.record import Phase

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class State:
    """A service's item in the state table at one moment; `since` is when its phase began."""

    key: ServiceKey
    phase: Phase
    since: datetime
    reason: str
    hold: str = ""
    last_error: str = ""
    scheduled: bool = False


@dataclass(frozen=True, slots=True)
class SpotEvent:
    """One row of the evidence table."""

    key: ServiceKey
    kind: EvidenceKind
    event_id: str
    task: str
    reason: str
    drill: bool


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the ECS API that named this service."""

    at: datetime
    key: ServiceKey
    action: str
    principal: str
    error: str


@dataclass(frozen=True, slots=True)
class Forwarded:
    """An event that a spoke's rule put on the hub's bus."""

    at: datetime
    event_id: str


@dataclass(frozen=True, slots=True)
class Message:
    """What people were told through the hub's topic: an audit event."""

    key: ServiceKey | None
    detail_type: str
    phase: Phase | None
    reason: str


@dataclass(frozen=True, slots=True)
class Weather:
    """A region's Spot capacity from `at` on: how many tasks it holds, None for no limit."""

    at: datetime
    region: str
    capacity: int | None

    @property
    def is_drought(self) -> bool:
        """Whether the region holds no Spot task at all."""
        return self.capacity == 0


@dataclass(slots=True)
class Recording:
    """One run, appended to while it goes on. `states` holds a service's item whenever it was seen changed."""

    time_factor: float
    samples: list[Sample] = field(default_factory=list)
    states: list[State] = field(default_factory=list)
    spot_events: list[SpotEvent] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    forwarded: list[Forwarded] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    weather: list[Weather] = field(default_factory=list)

    def state(self, key: ServiceKey) -> State | None:
        """Return a service's newest item, or None where the hub does not know it."""
        return last(state for state in self.states if state.key == key)

    def sample(self, key: ServiceKey) -> Sample | None:
        """Return a service's newest sample."""
        return last(sample for sample in self.samples if sample.key == key)

    def capacity(self, region: str) -> int | None:
        """Return a region's Spot capacity now."""
        newest = last(weather for weather in self.weather if weather.region == region)
        return newest.capacity if newest else None

    def told(self, key: ServiceKey, phase: Phase) -> list[Message]:
        """Return what was told when a service entered this phase, once for each time."""
        return [message for message in self.messages if (message.key, message.phase) == (key, phase)]

    def phases(self, key: ServiceKey, since: datetime | None = None) -> list[State]:
        """Return the first item of each phase that a service went through, in order, from a time on."""
        entered: list[State] = []
        for state in self.states:
            if state.key != key or (entered and entered[-1].since == state.since):
                continue
            entered.append(state)
        return [state for state in entered if since is None or state.since >= since]


def last(items: Iterable[Item]) -> Item | None:
    """Return the last of some items, or None."""
    found = None
    for found in items:  # noqa: B007
        pass
    return found
