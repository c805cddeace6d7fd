"""Strategies: what ECS would place where."""

import pytest

from spot_failover.domain.capacity import Rolling, Strategy, StrategyItem


def strategy(*items: tuple[str, int, int]) -> Strategy:
    return Strategy(tuple(StrategyItem(*item) for item in items))


SPOT_ONLY = strategy(("FARGATE_SPOT", 1, 0))
MIXED = strategy(("FARGATE", 1, 2), ("FARGATE_SPOT", 4, 0))


def test_a_spot_only_strategy_becomes_on_demand_without_all_weights_zero() -> None:
    assert SPOT_ONLY.on_demand(10) == strategy(("FARGATE", 10, 0), ("FARGATE_SPOT", 0, 0))


def test_a_base_is_kept_on_fargate_whichever_provider_had_it() -> None:
    assert MIXED.on_demand(10).items[0].base == 2
    assert strategy(("FARGATE_SPOT", 1, 3)).on_demand(7).items[0] == StrategyItem("FARGATE", 7, 3)


@pytest.mark.parametrize(
    ("items", "uses_spot"),
    [
        ([("FARGATE_SPOT", 1, 0)], True),
        ([("FARGATE", 1, 0), ("FARGATE_SPOT", 0, 2)], True),
        ([("FARGATE", 10, 0), ("FARGATE_SPOT", 0, 0)], False),
        ([("my-asg", 1, 0)], False),
        ([], False),
    ],
)
def test_a_strategy_uses_spot_only_with_a_weight_or_a_base_on_it(
    items: list[tuple[str, int, int]], uses_spot: bool
) -> None:
    assert strategy(*items).uses_spot is uses_spot


def test_strategies_that_place_tasks_alike_are_the_same() -> None:
    assert strategy(("FARGATE", 10, 0), ("FARGATE_SPOT", 0, 0)).same_as(strategy(("FARGATE", 10, 0)))
    assert strategy(("FARGATE_SPOT", 4, 0), ("FARGATE", 1, 2)).same_as(MIXED)
    assert not MIXED.same_as(SPOT_ONLY)


@pytest.mark.parametrize(("desired", "on_demand"), [(0, 0), (1, 1), (2, 2), (3, 3), (7, 3), (12, 4)])
def test_the_share_on_demand_is_the_base_and_then_the_weights(desired: int, on_demand: int) -> None:
    assert MIXED.on_demand_share(desired) == on_demand


def test_a_spot_only_strategy_has_no_share_on_demand() -> None:
    assert SPOT_ONLY.on_demand_share(10) == 0


@pytest.mark.parametrize(
    ("rolling", "safe"),
    [((0, 100), (100, 200)), ((50, 150), (100, 200)), ((100, 200), (100, 200)), ((100, 300), (100, 300))],
)
def test_safe_rolling_settings_never_stop_a_task_before_its_successor(
    rolling: tuple[int, int], safe: tuple[int, int]
) -> None:
    assert Rolling(*rolling).without_loss() == Rolling(*safe)
