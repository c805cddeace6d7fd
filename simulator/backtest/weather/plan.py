"""Weather as data: how much Spot capacity there is when, and which tasks are interrupted besides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from random import Random

from simulator.backtest.contender import ServiceSpec
from simulator.world import ServiceKey, World


@dataclass(frozen=True, slots=True)
class Change:
    """From `at` on, a Spot pool holds so many tasks.

    The pool is one account's own in the region or, account None, the one that all accounts share there.
    Give `capacity` in tasks, or `share` of the demand of all specs that the pool serves; with neither there
    is no limit. Tasks beyond it get their notice, unless `takes_running` is false: then they keep their
    places, and only lost and new ones find none.
    """

    at: datetime
    region: str
    account: str | None = None
    capacity: int | None = None
    share: float | None = None
    takes_running: bool = True

    def __post_init__(self) -> None:
        if self.capacity is not None and self.share is not None:
            raise ValueError(
                f"A change of Spot in {self.region} has a capacity and a share; give one of them."
            )
        if (self.capacity or 0) < 0 or (self.share or 0) < 0:
            raise ValueError(f"The Spot capacity of {self.region} cannot be negative; 0 means none.")

    def serves(self, key: ServiceKey) -> bool:
        """Whether tasks of a service take their capacity from this pool."""
        return key.region == self.region and self.account in (None, key.account)

    def tasks(self, specs: Iterable[ServiceSpec]) -> int | None:
        """Return the capacity in tasks for these services; None means no limit."""
        if self.share is None:
            return self.capacity
        return round(self.share * sum(spec.desired for spec in specs if self.serves(spec.key)))


@dataclass(frozen=True, slots=True)
class Interruption:
    """Some running Spot tasks of a service get their notice at `at`, though the pool keeps its size.

    `count` is for a service that runs on Spot entirely. One that runs half of its tasks there loses each of
    them with probability one half: what is not on Spot cannot be interrupted.
    """

    at: datetime
    service: ServiceKey
    count: int = 1


@dataclass(frozen=True, slots=True)
class WeatherPlan:
    """All weather of a backtest, from `start` to `end`, in the order of time.

    `caveat` is what must be said wherever figures from this plan are shown; empty where nothing must.
    """

    name: str
    start: datetime
    end: datetime
    changes: tuple[Change, ...] = ()
    interruptions: tuple[Interruption, ...] = ()
    caveat: str = ""

    def apply(self, world: World, specs: Sequence[ServiceSpec]) -> None:
        """Let the world have this weather; every change and interruption waits for its moment."""
        for change in self.changes:
            world.weather.set(
                change.account,
                change.region,
                capacity=change.tasks(specs),
                at=change.at,
                takes_running=change.takes_running,
            )
        demand = {spec.key: spec.desired for spec in specs}
        for interruption in self.interruptions:
            if interruption.service in demand:
                desired = demand[interruption.service]
                world.at(interruption.at, partial(_strike, world, interruption, desired))

    def resolved(self, specs: Sequence[ServiceSpec]) -> WeatherPlan:
        """Return the same weather with every share in tasks, as these services meet it."""
        changes = tuple(replace(change, capacity=change.tasks(specs), share=None) for change in self.changes)
        return replace(self, changes=changes)


def combined(name: str, plans: Sequence[WeatherPlan]) -> WeatherPlan:
    """Return one plan with the weather of all, from the earliest start to the latest end.

    Changes of one pool overwrite each other in the order of time: combine plans that speak of different
    pools, or droughts with interruptions.
    """
    return WeatherPlan(
        name=name,
        start=min(plan.start for plan in plans),
        end=max(plan.end for plan in plans),
        changes=tuple(sorted((c for plan in plans for c in plan.changes), key=lambda c: c.at)),
        interruptions=tuple(sorted((i for plan in plans for i in plan.interruptions), key=lambda i: i.at)),
        caveat=" ".join(dict.fromkeys(plan.caveat for plan in plans if plan.caveat)),
    )


def _strike(world: World, interruption: Interruption, desired: int) -> None:
    key = interruption.service
    last = world.log.last(key)
    if last is None or not last.spot_running:
        return
    # The same draw whoever runs the service, so that policies meet the same weather.
    draws = Random(f"{key}{interruption.at.isoformat()}")
    share = min(1.0, last.spot_running / max(1, desired))
    count = sum(draws.random() < share for _ in range(interruption.count))
    if count:
        world.weather.interrupt(key.account, key.region, key.cluster, key.service, count)
