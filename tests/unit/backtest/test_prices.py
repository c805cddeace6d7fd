"""Dollars for task time."""

import pytest

from simulator.backtest.contender import ServiceSpec
from simulator.backtest.prices import Prices
from simulator.backtest.score import Score

# 4 vCPU and 16 GB, as the operator had whose prices are the defaults.
SPEC = ServiceSpec("222233334444", "ap-northeast-1", "shop", "web", 200, cpu="4096", memory="16384")
MONTH = 30.5 * 24 * 3600


def test_the_default_prices_give_the_published_price_of_200_tasks_on_demand() -> None:
    score = Score(seconds=MONTH, demand_seconds=200 * MONTH, on_demand_seconds=200 * MONTH)

    # Published: 38,587 dollars, for a month whose length is not.
    assert Prices().cost(SPEC, score) == pytest.approx(38_587, rel=0.02)


def test_spot_costs_its_own_price() -> None:
    score = Score(seconds=3600, demand_seconds=3600, spot_seconds=3600)

    assert Prices().cost(SPEC, score) == pytest.approx(4 * 0.02049 + 16 * 0.00225)


def test_all_on_demand_is_priced_by_demand_whatever_ran() -> None:
    score = Score(seconds=3600, demand_seconds=2 * 3600, spot_seconds=10 * 3600)
    prices = Prices(on_demand_vcpu=1, on_demand_gb=0.5)

    assert prices.cost_on_demand(SPEC, score) == pytest.approx(2 * (4 + 8))
