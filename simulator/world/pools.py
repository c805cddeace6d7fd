"""Who holds which capacity: Spot pools, shared and per account, and the on-demand quota."""

from __future__ import annotations

from typing import Final

from simulator.world.model import Task

ON_DEMAND_QUOTA: Final = 10_000  # tasks; AWS counts vCPUs and sets the quota per account

Place = tuple[str, str]  # account and region


class Pools:
    """Capacities and their holders, counted in tasks. A capacity of None is unlimited."""

    def __init__(self) -> None:
        self._shared: dict[str, int | None] = {}
        self._own: dict[Place, int | None] = {}
        self._on_demand: dict[Place, int | None] = {}
        self._spot_holders: dict[Place, dict[str, Task]] = {}
        self._on_demand_holders: dict[Place, set[str]] = {}
        self._spot_used: dict[str, int] = {}

    def set_spot(self, account: str | None, region: str, capacity: int | None) -> None:
        """Set the capacity of one account's Spot pool in a region, or of the pool that all accounts share."""
        if account is None:
            self._shared[region] = capacity
        else:
            self._own[account, region] = capacity

    def spot(self, account: str | None, region: str) -> int | None:
        """Return the capacity of one account's Spot pool, or of the shared one."""
        return self._shared.get(region) if account is None else self._own.get((account, region))

    def set_on_demand(self, account: str, region: str, capacity: int | None) -> None:
        """Set an account's on-demand quota in a region."""
        self._on_demand[account, region] = capacity

    def has_room(self, account: str, region: str, *, spot: bool) -> bool:
        """Whether one more task finds capacity."""
        place = (account, region)
        if not spot:
            quota = self._on_demand.get(place, ON_DEMAND_QUOTA)
            return quota is None or len(self._on_demand_holders.get(place, ())) < quota
        own, shared = self._own.get(place), self._shared.get(region)
        if own is not None and len(self._spot_holders.get(place, ())) >= own:
            return False
        return shared is None or self._spot_used.get(region, 0) < shared

    def spot_holders(self, account: str | None, region: str) -> list[Task]:
        """Return the tasks that hold Spot capacity in one account's pool or, account None, in a region."""
        if account is not None:
            return list(self._spot_holders.get((account, region), {}).values())
        return [
            task
            for (_, place), tasks in self._spot_holders.items()
            if place == region
            for task in tasks.values()
        ]

    def take(self, task: Task) -> None:
        """Give capacity to a task."""
        place = (task.cluster.account, task.cluster.region)
        if task.is_spot:
            self._spot_holders.setdefault(place, {})[task.id] = task
            self._spot_used[place[1]] = self._spot_used.get(place[1], 0) + 1
        else:
            self._on_demand_holders.setdefault(place, set()).add(task.id)

    def release(self, task: Task) -> None:
        """Take capacity back, if the task holds any."""
        place = (task.cluster.account, task.cluster.region)
        if task.is_spot:
            if self._spot_holders.get(place, {}).pop(task.id, None) is not None:
                self._spot_used[place[1]] -= 1
        else:
            self._on_demand_holders.get(place, set()).discard(task.id)
