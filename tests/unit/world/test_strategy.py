"""How base and weight spread tasks, as ECS documents it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.world.model import StrategyItem
from simulator.world.strategy import distribute


def spread(count: int, **providers: tuple[int, int]) -> dict[str, int]:
    strategy = tuple(StrategyItem(name, weight, base) for name, (weight, base) in providers.items())
    return distribute(strategy, count)


@pytest.mark.parametrize(
    ("count", "providers", "expected"),
    [
        (10, {"spot": (1, 0)}, {"spot": 10}),
        (10, {"spot": (0, 0), "fargate": (10, 0)}, {"spot": 0, "fargate": 10}),
        (4, {"fargate": (1, 0), "spot": (3, 0)}, {"fargate": 1, "spot": 3}),
        (8, {"fargate": (1, 0), "spot": (3, 0)}, {"fargate": 2, "spot": 6}),
        (1, {"fargate": (1, 2), "spot": (3, 0)}, {"fargate": 1, "spot": 0}),
        (6, {"fargate": (1, 2), "spot": (3, 0)}, {"fargate": 3, "spot": 3}),
        (5, {"fargate": (0, 2), "spot": (1, 0)}, {"fargate": 2, "spot": 3}),
        (3, {"a": (1, 0), "b": (1, 0)}, {"a": 2, "b": 1}),
        (0, {"a": (1, 0), "b": (1, 0)}, {"a": 0, "b": 0}),
    ],
)
def test_the_base_comes_first_and_the_rest_goes_by_weight(
    count: int, providers: dict[str, tuple[int, int]], expected: dict[str, int]
) -> None:
    assert spread(count, **providers) == expected


@given(
    count=st.integers(0, 400),
    weights=st.lists(st.integers(0, 1000), min_size=1, max_size=3).filter(any),
    base=st.integers(0, 20),
)
def test_every_task_has_its_provider_and_none_gets_more_than_its_share(
    count: int, weights: list[int], base: int
) -> None:
    strategy = tuple(
        StrategyItem(str(index), weight, base if index == 0 else 0) for index, weight in enumerate(weights)
    )
    shares = distribute(strategy, count)
    by_weight = max(0, count - base)

    assert sum(shares.values()) == count
    for index, weight in enumerate(weights):
        own_base = min(base, count) if index == 0 else 0
        assert abs(shares[str(index)] - own_base - by_weight * weight / sum(weights)) < 1
