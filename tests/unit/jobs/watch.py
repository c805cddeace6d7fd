"""The invariant, held against every call of ours at the moment at which it is made.

Healthy capacity is the world's own truth: tasks of the service and its standby that ECS wants to run, that
run, and that pass their health checks where they have any. A task under notice is none of them. Which tasks
ECS stops for a smaller count is not documented, so the worst choice is assumed, whatever the world draws.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from simulator.world import ServiceKey, World


class LostCapacityError(AssertionError):
    """A call of ours may take a healthy task that is needed."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What one of the two services has at a moment; old: running tasks that a rollout replaces.

    surplus: tasks of the newest deployment that are too many, and will be stopped.
    """

    desired: int = 0
    running: int = 0
    healthy: int = 0
    surplus: int = 0
    old: int = 0
    rolls_out: bool = False
    minimum_healthy_percent: int = 100

    @property
    def kept(self) -> int:
        """How many healthy tasks are left once ECS has stopped what is too many, whichever it takes."""
        return max(0, self.healthy - self.surplus)

    @property
    def least(self) -> int:
        """How many of those are left when a rollout has stopped as many old tasks as its settings let it."""
        if not self.rolls_out:
            return self.kept
        lower = math.ceil(self.desired * self.minimum_healthy_percent / 100)
        return max(0, self.kept - min(self.old, max(0, self.healthy - lower)))


@dataclass(slots=True)
class Pair:
    """A service, its standby, and what users want of them."""

    service: ServiceKey
    standby: ServiceKey | None
    # What users and autoscaling asked for, from when on: owners first, then what scaling made of it.
    wishes: list[tuple[datetime, int]]
    phase: Callable[[], str] = lambda: ""
    # The desired counts that are accounted for: what differs from them is autoscaling's doing.
    known: dict[ServiceKey, int] = field(default_factory=dict)
    # A smaller count in the middle of a change may come from autoscaling that sees two services share the
    # load: it may be ignored, and those before it stay.
    may_stay: frozenset[int] = frozenset()
    # What target tracking asks for: it has the last word.
    tracked: int | None = None
    # When owners last began a rollout of their own.
    rolled_out_at: datetime | None = None

    @property
    def keys(self) -> tuple[ServiceKey, ...]:
        return (self.service,) if self.standby is None else (self.service, self.standby)

    @property
    def demand(self) -> int:
        return self.wishes[-1][1]

    @property
    def welcome(self) -> frozenset[int]:
        """The counts that the service may come home with."""
        if self.tracked is None or self.demand == 0:  # at 0 tasks target tracking has no data
            return self.may_stay | {self.demand}
        return frozenset({self.tracked})

    def lowest_demand(self, since: datetime) -> int:
        """Return the least that was asked for at any time since a moment: what a reader may still see."""
        before = [count for at, count in self.wishes if at <= since][-1:]
        return min([*before, *(count for at, count in self.wishes if at > since)])

    def wish(self, count: int, now: datetime) -> None:
        asked = self.may_stay | {self.demand} if self.phase() != "steady" else frozenset()
        self.may_stay = frozenset(before for before in asked if before > count)
        if count != self.demand:
            self.wishes.append((now, count))


@dataclass(slots=True)
class Watch:
    """Looks at the world before and after each call, and writes down what it sees."""

    world: World
    pairs: list[Pair] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)

    def pair(self, key: ServiceKey) -> Pair:
        return next(pair for pair in self.pairs if key in pair.keys)

    def pair_of(self, name: str) -> Pair:
        """Return the pair of a service or a standby by its name, where names are not repeated."""
        return next(pair for pair in self.pairs if name in {key.service for key in pair.keys})

    def settle(self, pair: Pair) -> None:
        """Account for the desired counts as they are now: someone known set them."""
        pair.known = {key: self.standing(key).desired for key in pair.keys}

    def note_wishes(self, pair: Pair) -> None:
        """Take what autoscaling made of the counts as what users want.

        Limits clamp a count that we hold low, which says little of what users want: there, only more counts.
        """
        for key in pair.keys:
            count = self.standing(key).desired
            if count == pair.known.get(key, count):
                continue
            held = key != pair.service or pair.known[key] < pair.demand
            pair.wish(max(pair.demand, count) if held else count, self.world.now)
        self.settle(pair)

    def standing(self, key: ServiceKey) -> Standing:
        service = self.world._ground.state.service(key)
        if service is None or service.status != "ACTIVE":
            return Standing()
        wanted = [task for task in service.tasks.values() if task.is_wanted]
        healthy = [
            task
            for task in wanted
            if task.is_running and task.started_at and (task.healthy_at or not task.is_checked)
        ]
        new = [task for task in wanted if task.deployment is service.primary]
        return Standing(
            desired=service.desired_count,
            running=sum(task.is_running for task in service.tasks.values()),
            healthy=len(healthy),
            surplus=max(0, len(new) - service.desired_count),
            old=sum(task.is_running for task in wanted if task.deployment is not service.primary),
            rolls_out=len(new) < len(wanted),
            minimum_healthy_percent=int(service.deployment_configuration["minimumHealthyPercent"]),
        )

    def call(self, key: ServiceKey, request: dict[str, Any], make: Callable[[], Any]) -> Any:
        """Make one UpdateService call, and judge it once ECS has taken it."""
        pair = self.pair(key)
        before = [self.standing(each) for each in pair.keys]
        answer = make()
        after = [self.standing(each) for each in pair.keys]
        self.note(pair, _spoken(request))
        lag = self.world.faults.staleness
        demand = pair.lowest_demand(self.world.now - lag)
        unseen = pair.rolled_out_at and self.world.now - pair.rolled_out_at <= lag
        if unseen and "capacityProviderStrategy" not in request:
            # No reader was shown it, and the rolling settings that it gets back are its owners' own.
            before, after = ([replace(each, rolls_out=False) for each in sides] for sides in (before, after))
        had = sum(side.kept for side in before)
        # What a rollout of the owners' may stop at any moment is their choice: only what we add to it counts.
        left = had - sum(max(0, a.least - b.least) for a, b in zip(before, after, strict=True))
        if left < min(demand, had):
            told = (
                f"{_spoken(request)} may leave {left} healthy tasks of {had}, where {demand} are asked for."
            )
            raise LostCapacityError(f"{told}\nBefore: {before}\nAfter: {after}\n{self.timeline()}")
        return answer

    def note(self, pair: Pair, call: str = "") -> None:
        """Add a row to the timeline, unless it says what the last one of the service said."""
        sides = [self.standing(key) for key in pair.keys]
        counts = "  ".join(f"{side.desired:>4}{side.running:>4}{side.healthy:>4}" for side in sides)
        row = f"{pair.service.service:<10}{pair.phase():<13}{pair.demand:>4}  {counts:<26}  {call}".rstrip()
        clock = f"{self.world.now:%d %H:%M:%S}"
        if call or not self.rows or not self.rows[-1].endswith(row):
            self.rows.append(f"{clock}  {row}")

    def timeline(self, last: int = 80) -> str:
        """Return the latest rows: desired, running and healthy tasks of the service and its standby."""
        names = f"{'time':<13}{'service':<10}{'phase':<13}{'dem.':>4}"
        return "\n".join([f"{names}  {'spot d/r/h':<14}{'standby d/r/h':<14}calls", *self.rows[-last:]])


def _spoken(request: dict[str, Any]) -> str:
    given = {name: value for name, value in request.items() if name != "cluster"}
    if "capacityProviderStrategy" in given:
        given["capacityProviderStrategy"] = " ".join(
            f"{item['capacityProvider']}={item.get('weight', 0)}+{item.get('base', 0)}"
            for item in given["capacityProviderStrategy"]
        )
    return "UpdateService " + " ".join(f"{name}={value}" for name, value in given.items())
