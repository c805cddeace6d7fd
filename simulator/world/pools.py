"""Who holds which capacity: Spot pools, shared and per account, and the on-demand quota."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from simulator.world.model import Task
from simulator.world.places import Place

ON_DEMAND_QUOTA: Final = 10_000  # tasks; AWS counts vCPUs and sets the quota per account


@dataclass(frozen=True, slots=True)
class Pool:
    """Which Spot tasks share a capacity: those of a region that fit all that is given here."""

    region: str
    account: str | None = None
    zone: str | None = None
    architecture: str | None = None
    size: str | None = None

    def serves(self, place: Place) -> bool:
        """Whether a task at this place takes its capacity from here."""
        return (
            self.region == place.region
            and self.account in (None, place.account)
            and self.zone in (None, place.zone)
            and self.architecture in (None, place.architecture)
            and self.size in (None, place.size)
        )


@dataclass(slots=True)
class _Limit:
    pool: Pool
    capacity: int
    holders: dict[str, Task] = field(default_factory=dict)


class Pools:
    """Capacities and their holders, counted in tasks. What has no capacity set is unlimited."""

    def __init__(self) -> None:
        self._limits: dict[str, dict[Pool, _Limit]] = {}
        self._spot_holders: dict[str, dict[str, Task]] = {}
        self._on_demand: dict[tuple[str, str], int | None] = {}
        self._on_demand_holders: dict[tuple[str, str], set[str]] = {}

    def set_spot(self, pool: Pool, capacity: int | None) -> None:
        """Set the capacity of a pool; None lifts its limit."""
        limits = self._limits.setdefault(pool.region, {})
        if capacity is None:
            limits.pop(pool, None)
        elif pool in limits:
            limits[pool].capacity = capacity
        else:
            limits[pool] = _Limit(pool, capacity, {task.id: task for task in self._served(pool)})

    def spot(self, pool: Pool) -> int | None:
        """Return the capacity that was set for a pool."""
        limit = self._limits.get(pool.region, {}).get(pool)
        return None if limit is None else limit.capacity

    def set_on_demand(self, account: str, region: str, capacity: int | None) -> None:
        """Set an account's on-demand quota in a region."""
        self._on_demand[account, region] = capacity

    def on_demand(self, account: str, region: str) -> int | None:
        """Return an account's on-demand quota in a region; None: there is no limit."""
        return self._on_demand.get((account, region), ON_DEMAND_QUOTA)

    def has_room(self, place: Place, *, spot: bool) -> bool:
        """Whether one more task finds capacity."""
        if not spot:
            account = (place.account, place.region)
            quota = self.on_demand(*account)
            return quota is None or len(self._on_demand_holders.get(account, ())) < quota
        limits = self._limits.get(place.region)
        if not limits:
            return True
        return all(
            len(limit.holders) < limit.capacity for limit in limits.values() if limit.pool.serves(place)
        )

    def spot_holders(self, pool: Pool) -> list[Task]:
        """Return the tasks that hold capacity of a pool, in the order in which they came."""
        limit = self._limits.get(pool.region, {}).get(pool)
        return list(self._served(pool)) if limit is None else list(limit.holders.values())

    def take(self, task: Task) -> None:
        """Give capacity to a task."""
        place = task.place
        if not task.is_spot:
            self._on_demand_holders.setdefault((place.account, place.region), set()).add(task.id)
            return
        self._spot_holders.setdefault(place.region, {})[task.id] = task
        for limit in self._limits.get(place.region, {}).values():
            if limit.pool.serves(place):
                limit.holders[task.id] = task

    def release(self, task: Task) -> None:
        """Take capacity back, if the task holds any."""
        place = task.place
        if not task.is_spot:
            self._on_demand_holders.get((place.account, place.region), set()).discard(task.id)
            return
        self._spot_holders.get(place.region, {}).pop(task.id, None)
        for limit in self._limits.get(place.region, {}).values():
            limit.holders.pop(task.id, None)

    def _served(self, pool: Pool) -> Iterator[Task]:
        holders = self._spot_holders.get(pool.region, {})
        return (task for task in holders.values() if pool.serves(task.place))
