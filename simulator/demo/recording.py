"""Everything that was read from one run: the ground of each line, figure, picture and verdict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from simulator.demo.cast import PARTS
from simulator.world import Sample, ServiceKey
from spot_failover.domain.evidence import EvidenceKind
from spot_failover.domain.record import Phase

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class State:
    """A service's item in the state table at one moment; `since` is when its phase began.

    demand: the desired count that the hub remembers while it holds the service's own. holds: whether it holds
    a count or an autoscaling of the service now. claimed: the standby that it has taken on.
    """

    key: ServiceKey
    phase: Phase
    since: datetime
    reason: str
    hold: str = ""
    last_error: str = ""
    scheduled: bool = False
    demand: int | None = None
    holds: bool = False
    claimed: str = ""


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
    """One call of an AWS API that named this service; `desired` is the count that it sets, if any."""

    at: datetime
    key: ServiceKey
    action: str
    principal: str
    error: str
    desired: int | None = None


@dataclass(frozen=True, slots=True)
class Forwarded:
    """An event that a spoke's rule put on the hub's bus."""

    at: datetime
    event_id: str


@dataclass(frozen=True, slots=True)
class Notification:
    """What a message looks like in a chat; those of one incident share a thread."""

    at: datetime
    thread: str
    title: str
    description: str
    next_steps: tuple[str, ...] = ()
    severity: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """What people were told through the hub's topic; `phase` is the one that the service moved to."""

    key: ServiceKey | None
    detail_type: str
    phase: Phase | None
    reason: str
    shown: Notification | None = None


@dataclass(frozen=True, slots=True)
class Weather:
    """A region's Spot capacity from `at` on: how many tasks it holds, None for no limit.

    size: of tasks of this size only.
    """

    at: datetime
    region: str
    capacity: int | None
    size: str | None = None

    def concerns(self, key: ServiceKey) -> bool:
        """Whether tasks of a service get into want from here on."""
        part = PARTS[key]
        return self.capacity is not None and self.region == key.region and self.size in (None, part.size)


@dataclass(slots=True)
class Recording:
    """One run, appended to while it goes on. `states` holds a service's item whenever it was seen changed.

    A service and its standby serve one demand: in `samples` they are one, named after the service; `apart`
    has either as ECS shows it.
    """

    time_factor: float
    samples: list[Sample] = field(default_factory=list)
    apart: list[Sample] = field(default_factory=list)
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
        """Return a region's Spot capacity now, for tasks of every size."""
        newest = last(weather for weather in self.weather if (weather.region, weather.size) == (region, None))
        return newest.capacity if newest else None

    def droughts(self, region: str, end: datetime) -> list[tuple[datetime, datetime]]:
        """Return from when to when a region held no Spot task; what still lasts ends at `end`."""
        of_region = [weather for weather in self.weather if (weather.region, weather.size) == (region, None)]
        return _spans([(weather.at, weather.capacity == 0) for weather in of_region], end)

    def shortages(self, key: ServiceKey, end: datetime) -> list[tuple[datetime, datetime]]:
        """Return from when to when Spot was short for tasks of a service's size, and for no others."""
        part = PARTS[key]
        of_size = [
            weather for weather in self.weather if (weather.region, weather.size) == (key.region, part.size)
        ]
        return _spans([(weather.at, weather.capacity is not None) for weather in of_size], end)

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


def _spans(changes: Iterable[tuple[datetime, bool]], end: datetime) -> list[tuple[datetime, datetime]]:
    """Return from when to when something was so; each change says whether it is so from then on."""
    found, since = [], None
    for at, is_so in changes:
        if is_so and since is None:
            since = at
        elif not is_so and since is not None:
            found.append((since, at))
            since = None
    return [*found, (since, end)] if since is not None else found


def between(samples: Iterable[Sample], key: ServiceKey, start: datetime, end: datetime) -> list[Sample]:
    """Return a service's samples of a time, the one that held at its beginning included."""
    mine = [sample for sample in samples if sample.key == key]
    held = [sample for sample in mine if sample.at <= start][-1:]
    return [*held, *(sample for sample in mine if start < sample.at < end)]


def last(items: Iterable[Item]) -> Item | None:
    """Return the last of some items, or None."""
    found = None
    for found in items:  # noqa: B007
        pass
    return found
