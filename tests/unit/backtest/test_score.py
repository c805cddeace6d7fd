"""Outage, degradation and task time, from samples written by hand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from simulator.backtest.score import Score, Scorer, added_up
from simulator.world import Sample, ServiceKey

START = datetime(2026, 3, 2, tzinfo=UTC)
SPOT = ServiceKey("222233334444", "eu-west-1", "shop", "web")
STANDBY = replace(SPOT, service="web-on-demand")


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def sample(seconds: float, serving: int, *, on_demand: int = 0, key: ServiceKey = SPOT) -> Sample:
    return Sample(at(seconds), key, serving - on_demand, on_demand, serving, desired=10)


def scored(samples: Sequence[Sample], *, until: float, demand: int = 10) -> Score:
    scorer = Scorer(demand, START)
    for each in samples:
        scorer.add(each)
    scorer.until(at(until))
    return scorer.score()


def test_less_than_half_of_demand_is_an_outage_and_less_than_all_is_degraded() -> None:
    score = scored(
        [sample(0, 10), sample(100, 9), sample(160, 4), sample(200, 5), sample(220, 10)], until=300
    )

    assert score.outage_seconds == 40
    assert score.degraded_seconds == 60 + 40 + 20
    assert score.capacity_seconds_lost == 60 * 1 + 40 * 6 + 20 * 5
    assert score.availability == pytest.approx(1 - 40 / 300)


def test_every_outage_counts_by_itself_and_one_that_only_deepens_counts_once() -> None:
    samples = [sample(0, 10), sample(10, 4), sample(20, 0), sample(35, 6), sample(50, 3), sample(57, 10)]

    assert scored(samples, until=100).outages == (25, 7)


def test_an_outage_that_lasts_at_the_end_counts_as_far_as_it_has_come() -> None:
    assert scored([sample(0, 10), sample(80, 0)], until=100).outages == (20,)


def test_what_is_mended_in_the_same_moment_was_no_outage() -> None:
    assert scored([sample(0, 10), sample(50, 0), sample(50, 10)], until=100).outages == ()


def test_nothing_counts_before_the_start() -> None:
    score = scored([sample(-600, 0), sample(-60, 10), sample(30, 0), sample(40, 10)], until=100)

    assert (score.seconds, score.outages) == (100, (10,))


def test_a_pair_is_scored_by_the_sum_of_its_tasks_against_one_demand() -> None:
    samples = [
        sample(0, 10),
        sample(0, 0, key=STANDBY),
        sample(10, 2),
        sample(30, 3, on_demand=3, key=STANDBY),
        sample(50, 8, on_demand=8, key=STANDBY),
    ]

    score = scored(samples, until=100)

    assert score.demand_seconds == 10 * 100
    assert score.outage_seconds == 20
    assert score.degraded_seconds == 40
    assert score.spot_seconds == 10 * 10 + 90 * 2
    assert score.on_demand_seconds == 20 * 3 + 50 * 8


def test_demand_is_what_was_asked_for_and_not_the_desired_counts_of_the_pair() -> None:
    # Both services are set to ten, as in the middle of a failover.
    score = scored([sample(0, 10), sample(0, 10, key=STANDBY)], until=10, demand=10)

    assert (score.demand_seconds, score.capacity_seconds_lost) == (100, 0)


@pytest.mark.parametrize(
    ("percent", "seconds"), [(50, 30.0), (95, 100.0), (99, 100.0), (20, 10.0), (21, 20.0), (0, 10.0)]
)
def test_percentiles_of_outages_are_lengths_that_occurred(percent: float, seconds: float) -> None:
    assert Score(outages=(100.0, 10.0, 30.0, 20.0, 40.0)).outage_percentile(percent) == seconds


def test_without_outages_their_figures_are_nought() -> None:
    score = Score(seconds=60)

    assert (score.outage_percentile(50), score.mean_outage, score.longest_outage) == (0, 0, 0)


def test_scores_of_several_services_add_up_and_keep_every_outage() -> None:
    one = Score(seconds=100, outage_seconds=10, spot_seconds=900, outages=(10,))
    other = Score(seconds=100, outage_seconds=30, on_demand_seconds=300, outages=(5, 25))

    both = added_up([one, other])

    assert both.availability == pytest.approx(1 - 40 / 200)
    assert both.on_demand_share == pytest.approx(0.25)
    assert both.outages == (10.0, 5.0, 25.0)
    assert both.mean_outage == pytest.approx(40 / 3)
