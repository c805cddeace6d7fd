"""How a capacity provider strategy spreads tasks: the base first, the rest by weight."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from simulator.world.model import Strategy, StrategyItem


def parse(items: Iterable[dict[str, Any]]) -> Strategy:
    """Read a strategy from its JSON shape; weight and base are 0 where they are not given."""
    return tuple(
        StrategyItem(
            str(item.get("capacityProvider", "")), int(item.get("weight") or 0), int(item.get("base") or 0)
        )
        for item in items
    )


def document(strategy: Strategy) -> list[dict[str, Any]]:
    """Return a strategy in its JSON shape, as DescribeServices shows it."""
    return [
        {"capacityProvider": item.provider, "weight": item.weight, "base": item.base} for item in strategy
    ]


@lru_cache(maxsize=4096)
def _distribute(strategy: Strategy, count: int) -> tuple[tuple[str, int], ...]:
    placed = {item.provider: 0 for item in strategy}
    left = count
    for item in strategy:
        taken = min(left, item.base)
        placed[item.provider] += taken
        left -= taken
    weights = sum(item.weight for item in strategy)
    if weights > 0:
        shares = {item.provider: left * item.weight // weights for item in strategy}
        rest = left - sum(shares.values())
        by_remainder = sorted(strategy, key=lambda item: -(left * item.weight % weights))
        for item in by_remainder[:rest]:
            shares[item.provider] += 1
        for provider, share in shares.items():
            placed[provider] += share
    return tuple(placed.items())


def distribute(strategy: Strategy, count: int) -> dict[str, int]:
    """Return how many of `count` tasks each provider should have; of equal claims the first named wins."""
    return dict(_distribute(strategy, count))
