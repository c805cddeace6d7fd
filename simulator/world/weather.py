"""How much Spot (and on-demand) capacity there is."""

from __future__ import annotations

from datetime import datetime


class Weather:
    """The capacity of a region, changeable at any time. Capacities are counted in tasks; None means unlimited."""

    def set(self, account: str | None, region: str, *, capacity: int | None, at: datetime | None = None) -> None:
        """Set how many Spot tasks an account's pool in a region holds; account None: the pool that all accounts share.

        Both limits hold at once. A capacity below what runs interrupts that many running tasks: notice now, gone after
        two minutes. With `at` in the future the change waits for its moment.
        """
        raise NotImplementedError

    def set_on_demand(self, account: str, region: str, *, capacity: int | None) -> None:
        """Set how many on-demand tasks an account may run in a region: nothing running is stopped."""
        raise NotImplementedError

    def interrupt(self, account: str, region: str, cluster: str, service: str, count: int) -> list[str]:
        """Interrupt up to `count` running Spot tasks of one service now, drawn by the seed; returns their ARNs."""
        raise NotImplementedError

    def capacity(self, account: str | None, region: str) -> int | None:
        """Return what was set last."""
        raise NotImplementedError
