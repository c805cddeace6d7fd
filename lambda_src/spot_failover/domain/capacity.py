"""Capacity provider strategies and rolling settings, as ECS has them."""

from __future__ import annotations

from dataclasses import dataclass

FARGATE = "FARGATE"
FARGATE_SPOT = "FARGATE_SPOT"


@dataclass(frozen=True, slots=True, order=True)
class StrategyItem:
    """One entry of a capacity provider strategy."""

    capacity_provider: str
    weight: int = 0
    base: int = 0


@dataclass(frozen=True, slots=True)
class Strategy:
    """A capacity provider strategy; empty means that the service uses its launch type.

    Two strategies are equal when they place tasks alike: the order of entries means nothing to ECS, an entry
    with neither weight nor base never receives a task, and weights are kept as they are because a restore
    must be exact.
    """

    items: tuple[StrategyItem, ...] = ()

    @property
    def uses_spot(self) -> bool:
        """Whether ECS would place any task on Fargate Spot."""
        return any(
            item.capacity_provider == FARGATE_SPOT and (item.weight or item.base) for item in self.items
        )

    @property
    def spares_spot(self) -> bool:
        """Whether it names Fargate Spot and places nothing there, as `on_demand` leaves it."""
        names_spot = any(item.capacity_provider == FARGATE_SPOT for item in self.items)
        return names_spot and not self.uses_spot

    @property
    def has_on_demand_weight(self) -> bool:
        """Whether ECS may place a further task on FARGATE."""
        return any(item.capacity_provider == FARGATE and item.weight for item in self.items)

    def same_as(self, other: Strategy) -> bool:
        """Whether both place tasks alike."""
        return self._effective() == other._effective()

    def on_demand(self, weight: int) -> Strategy:
        """Return the on-demand form: FARGATE only, any base kept there, FARGATE_SPOT named with weight 0.

        ECS allows one base per strategy, so the sum is at most that one.
        """
        base = sum(item.base for item in self.items)
        return Strategy((StrategyItem(FARGATE, weight, base), StrategyItem(FARGATE_SPOT, 0, 0)))

    def on_demand_share(self, desired: int) -> int:
        """Return how many of `desired` tasks ECS places on FARGATE: the base, then by weight, rounded up."""
        base = min(desired, sum(item.base for item in self.items if item.capacity_provider == FARGATE))
        rest = desired - sum(min(desired, item.base) for item in self.items)
        weights = sum(item.weight for item in self.items)
        weight = sum(item.weight for item in self.items if item.capacity_provider == FARGATE)
        return base + (-(-max(rest, 0) * weight // weights) if weights else 0)

    def _effective(self) -> frozenset[StrategyItem]:
        return frozenset(item for item in self.items if item.weight or item.base)


@dataclass(frozen=True, slots=True)
class Rolling:
    """The rolling settings of a service, in percent of its desired count."""

    minimum_healthy_percent: int = 100
    maximum_percent: int = 200

    def without_loss(self) -> Rolling:
        """Return settings under which a rollout never stops a task before its successor runs."""
        return Rolling(max(self.minimum_healthy_percent, 100), max(self.maximum_percent, 200))
