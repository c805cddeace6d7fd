"""How much Spot (and on-demand) capacity there is."""

from __future__ import annotations

from datetime import datetime

from simulator.world.ground import Ground
from simulator.world.names import ServiceKey
from simulator.world.placement import Placement
from simulator.world.tasks import CAPACITY_UNAVAILABLE, TaskLifecycle


class Weather:
    """The capacity of regions, changeable at any time, counted in tasks; None means unlimited."""

    def __init__(self, ground: Ground, lifecycle: TaskLifecycle, placement: Placement) -> None:
        self._schedule = ground.schedule
        self._random = ground.random
        self._state = ground.state
        self._pools = ground.pools
        self._events = ground.events
        self._lifecycle = lifecycle
        self._placement = placement

    def set(
        self, account: str | None, region: str, *, capacity: int | None, at: datetime | None = None
    ) -> None:
        """Set how many Spot tasks a region's pool holds: an account's own, or (None) the one that all share.

        Both limits hold at once. A capacity below what runs interrupts that many running tasks: notice now,
        gone after two minutes. Tasks that are only starting lose theirs first. With `at` in the future the
        change waits for its moment; without it, its notices are emitted before this returns.
        """
        if capacity is not None and capacity < 0:
            msg = f"The Spot capacity of {region} cannot be {capacity}; give 0 or more, or None for no limit."
            raise ValueError(msg)
        if at is not None and at > self._schedule.now:
            self._schedule.at(at, lambda: self._change(account, region, capacity))
        else:
            self._change(account, region, capacity)
            self._events.flush()

    def set_on_demand(self, account: str, region: str, *, capacity: int | None) -> None:
        """Set how many on-demand tasks an account may run in a region: nothing running is stopped."""
        self._pools.set_on_demand(account, region, capacity)

    def set_stuck_share(self, share: float) -> None:
        """Set which share of Spot launches an empty pool accepts, to fail them only after minutes."""
        self._placement.stuck_share = share

    def interrupt(self, account: str, region: str, cluster: str, service: str, count: int) -> list[str]:
        """Interrupt up to `count` running Spot tasks of a service now; returns the ARNs drawn by the seed."""
        found = self._state.service(ServiceKey(account, region, cluster, service))
        if found is None:
            msg = f"There is no service {service} in cluster {cluster} of {account} in {region} to interrupt."
            raise LookupError(msg)
        running = [
            task for task in found.tasks.values() if task.is_spot and task.is_wanted and task.is_running
        ]
        taken = self._random.sample(running, min(count, len(running)))
        for task in taken:
            self._lifecycle.interrupt(task)
        self._events.flush()
        return [task.arn for task in taken]

    def capacity(self, account: str | None, region: str) -> int | None:
        """Return what was set last."""
        return self._pools.spot(account, region)

    def _change(self, account: str | None, region: str, capacity: int | None) -> None:
        self._pools.set_spot(account, region, capacity)
        if capacity is None:
            return
        holders = self._pools.spot_holders(account, region)
        excess = len(holders) - capacity
        if excess <= 0:
            return
        starting = [task for task in holders if task.is_starting and task.is_wanted]
        for task in self._random.sample(starting, min(excess, len(starting))):
            self._lifecycle.fail_to_start(task, CAPACITY_UNAVAILABLE)
            excess -= 1
        running = [task for task in holders if task.is_running and task.is_wanted]
        for task in self._random.sample(running, min(excess, len(running))):
            self._lifecycle.interrupt(task)
