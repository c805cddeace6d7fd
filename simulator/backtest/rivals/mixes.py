"""Policies that never act: a capacity provider strategy, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulator.backtest.contender import ServiceSpec
from simulator.backtest.rivals.rival import Rival
from simulator.backtest.services import ON_DEMAND_ONLY, SPOT_ONLY, create_service
from simulator.world import World


class Mix(Rival):
    """One service with a fixed strategy. What ECS itself does about lost tasks is all that is done."""

    def __init__(self, name: str, strategy: Sequence[dict[str, Any]]) -> None:
        self.name = name
        self._strategy = tuple(strategy)

    def start(self, world: World, specs: Sequence[ServiceSpec]) -> None:
        """Create the services."""
        for spec in specs:
            create_service(world, spec, self._strategy)


def all_spot() -> Mix:
    """Return the cheapest: everything on Spot, whatever happens."""
    return Mix("all Spot", SPOT_ONLY)


def all_on_demand() -> Mix:
    """Return the safest and dearest."""
    return Mix("all on-demand", ON_DEMAND_ONLY)


def half_and_half() -> Mix:
    """Return a static mix: every second task on-demand, whatever the weather."""
    return Mix("half and half", [_item("FARGATE", 1), _item("FARGATE_SPOT", 1)])


def base_mix(base: int = 2, spot_weight: int = 4) -> Mix:
    """Return what AWS's own examples show: a base on-demand, beyond it so many Spot tasks to each other."""
    on_demand = _item("FARGATE", 1) | {"base": base}
    return Mix(f"base {base}, then 1:{spot_weight}", [on_demand, _item("FARGATE_SPOT", spot_weight)])


def _item(provider: str, weight: int) -> dict[str, Any]:
    return {"capacityProvider": provider, "weight": weight}
