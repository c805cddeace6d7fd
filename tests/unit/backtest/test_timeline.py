"""What ran over time, averaged over steps."""

from datetime import UTC, datetime, timedelta

import pytest

from simulator.backtest.timeline import Timeline

START = datetime(2026, 3, 2, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_each_step_holds_the_mean_of_its_time_and_its_worst_moment() -> None:
    timeline = Timeline(START, at(100), demand=10, steps=2)

    timeline.until(at(40), spot=10, on_demand=0, serving=10)
    timeline.until(at(60), spot=0, on_demand=5, serving=5)
    timeline.until(at(100), spot=0, on_demand=10, serving=10)
    first, second = timeline.result()

    assert (first.at, second.at) == (START, at(50))
    assert (first.spot, first.on_demand, first.serving) == pytest.approx((8.0, 1.0, 9.0))
    assert (second.spot, second.on_demand, second.serving) == pytest.approx((0.0, 9.0, 9.0))
    assert (first.least_serving, second.least_serving) == (5, 5)


def test_time_outside_of_the_period_counts_nothing() -> None:
    timeline = Timeline(START, at(10), demand=2, steps=1)

    timeline.until(at(-50), spot=7, on_demand=7, serving=7)
    timeline.until(START, spot=7, on_demand=7, serving=7)
    timeline.until(at(500), spot=2, on_demand=0, serving=1)

    (only,) = timeline.result()
    assert (only.spot, only.on_demand, only.least_serving) == (2, 0, 1)


def test_a_long_calm_fills_every_step() -> None:
    timeline = Timeline(START, at(7), demand=1, steps=3)

    timeline.until(at(7), spot=1, on_demand=0, serving=1)

    assert [step.spot for step in timeline.result()] == pytest.approx([1, 1, 1])
