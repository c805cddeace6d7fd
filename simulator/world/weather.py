"""How much Spot (and on-demand) capacity there is."""

from __future__ import annotations

from datetime import datetime

from simulator.world.ground import Ground
from simulator.world.model import Service, Task
from simulator.world.names import ServiceKey
from simulator.world.placement import Placement
from simulator.world.pools import ON_DEMAND_QUOTA, Pool
from simulator.world.tasks import CAPACITY_UNAVAILABLE, TaskLifecycle


class Weather:
    """The capacity of Spot pools, changeable at any time, counted in tasks; None means unlimited."""

    def __init__(self, ground: Ground, lifecycle: TaskLifecycle, placement: Placement) -> None:
        self._schedule = ground.schedule
        self._random = ground.random
        self._state = ground.state
        self._pools = ground.pools
        self._events = ground.events
        self._lifecycle = lifecycle
        self._placement = placement
        self._unnoticed_share = 0.0

    def set(  # noqa: PLR0913 - a pool has that many sides
        self,
        account: str | None,
        region: str,
        *,
        capacity: int | None,
        at: datetime | None = None,
        zone: str | None = None,
        architecture: str | None = None,
        size: str | None = None,
        takes_running: bool = True,
    ) -> None:
        """Set how many Spot tasks a pool holds.

        A pool is a region's, for one account or (None) shared by all, and may be narrowed to a zone such as
        `eu-west-1a`, an architecture (X86_64 or ARM64) and a size (`256/512`: CPU units and MiB). All limits
        that a task falls under hold at once. A capacity below what runs interrupts that many running tasks:
        notice now, gone after two minutes. Tasks that are only starting lose theirs first. With
        `takes_running` false all of them keep their places, and only new ones find none. With `at` in the
        future the change waits for its moment; without it, its notices are emitted before this returns.
        """
        if capacity is not None and capacity < 0:
            msg = f"The Spot capacity of {region} cannot be {capacity}; give 0 or more, or None for no limit."
            raise ValueError(msg)
        if zone is not None and not zone.startswith(region):
            msg = f"{zone} is no zone of {region}; write it out, as in {region}a."
            raise ValueError(msg)
        pool = Pool(region, account, zone, architecture, size)
        if at is not None and at > self._schedule.now:
            self._schedule.at(at, lambda: self._change(pool, capacity, takes_running=takes_running))
        else:
            self._change(pool, capacity, takes_running=takes_running)
            self._events.flush()

    def set_on_demand(
        self, account: str, region: str, *, capacity: int | None, at: datetime | None = None
    ) -> None:
        """Set how many on-demand tasks an account may run in a region: nothing running is stopped."""
        if at is not None and at > self._schedule.now:
            self._schedule.at(at, lambda: self._pools.set_on_demand(account, region, capacity))
        else:
            self._pools.set_on_demand(account, region, capacity)

    def on_demand_quota(self, account: str, region: str) -> int:
        """Return how many on-demand tasks an account may run in a region."""
        quota = self._pools.on_demand(account, region)
        return ON_DEMAND_QUOTA if quota is None else quota

    def set_stuck_share(self, share: float) -> None:
        """Set which share of Spot launches an empty pool accepts, to fail them only after minutes."""
        self._placement.stuck_share = share

    def set_unnoticed_share(self, share: float) -> None:
        """Set which share of the tasks that a shrinking pool takes goes without a notice; 0 at first."""
        self._unnoticed_share = share

    def interrupt(
        self, account: str, region: str, cluster: str, service: str, count: int, *, notice: bool = True
    ) -> list[str]:
        """Interrupt up to `count` running Spot tasks of a service now; returns the ARNs drawn by the seed.

        Without a notice they are just gone, and ECS tells so when they stop.
        """
        running = [
            task for task in self._found(account, region, cluster, service).tasks.values() if _can_go(task)
        ]
        taken = self._random.sample(running, min(count, len(running)))
        for task in taken:
            if notice:
                self._lifecycle.interrupt(task)
            else:
                self._lifecycle.lose(task)
        self._events.flush()
        return [task.arn for task in taken]

    def capacity(
        self,
        account: str | None,
        region: str,
        *,
        zone: str | None = None,
        architecture: str | None = None,
        size: str | None = None,
    ) -> int | None:
        """Return what was set last for exactly this pool."""
        return self._pools.spot(Pool(region, account, zone, architecture, size))

    def _found(self, account: str, region: str, cluster: str, service: str) -> Service:
        found = self._state.service(ServiceKey(account, region, cluster, service))
        if found is None:
            msg = f"There is no service {service} in cluster {cluster} of {account} in {region} to interrupt."
            raise LookupError(msg)
        return found

    def _change(self, pool: Pool, capacity: int | None, *, takes_running: bool) -> None:
        self._pools.set_spot(pool, capacity)
        if capacity is None or not takes_running:
            return
        holders = self._pools.spot_holders(pool)
        excess = len(holders) - capacity
        if excess <= 0:
            return
        starting = [task for task in holders if task.is_starting and task.is_wanted]
        for task in self._random.sample(starting, min(excess, len(starting))):
            self._lifecycle.fail_to_start(task, CAPACITY_UNAVAILABLE)
            excess -= 1
        running = [task for task in holders if _can_go(task)]
        for task in self._random.sample(running, min(excess, len(running))):
            if self._unnoticed_share and self._random.random() < self._unnoticed_share:
                self._lifecycle.lose(task)
            else:
                self._lifecycle.interrupt(task)


def _can_go(task: Task) -> bool:
    return task.is_spot and task.is_wanted and task.is_running and task.execution_stopped_at is None
