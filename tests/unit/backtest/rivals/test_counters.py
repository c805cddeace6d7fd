"""The error counters: what they count, when they move, and where they leave a service alone for good."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from simulator.backtest.contender import ServiceSpec
from simulator.backtest.rivals import ErrorCounters
from simulator.backtest.weather import Change, WeatherPlan
from simulator.world import World
from tests.unit.backtest.rivals.played import SPEC, START, drought, hits, minutes, play


class NeverStuck(ErrorCounters):
    """In a world where no task waits without capacity: it is refused at once."""

    def start(self, world: World, specs: Sequence[ServiceSpec]) -> None:
        world.weather.set_stuck_share(0)
        super().start(world, specs)


def test_a_drought_moves_all_tasks_on_demand_once_the_notices_have_run_out() -> None:
    played = play(ErrorCounters(), drought(60, 90, until=180))
    assert played.running(50) == (20, 0)
    assert played.running(61.5)[1] == 0  # half of the notice has passed, and nothing is done
    assert played.running(70) == (0, 20)
    assert 60 < played.outcome.total.longest_outage < 200


def test_spot_comes_back_after_ten_calm_minutes_and_a_stable_service() -> None:
    played = play(ErrorCounters(), drought(60, 61, until=120))
    assert played.running(70) == (0, 20)
    assert played.running(95) == (20, 0)
    assert (played.outcome.counts.failovers, played.outcome.counts.restores) == (1, 1)


def test_a_restore_in_the_drought_times_out_and_is_tried_again_while_both_services_stay_up() -> None:
    played = play(ErrorCounters(), drought(60, 150, until=240))
    assert played.running(140)[1] == 20
    assert played.outcome.counts.failed_restores >= 3
    assert played.running(200) == (20, 0)


def test_four_interruptions_are_no_reason_and_five_are() -> None:
    assert play(ErrorCounters(), hits(30, until=90, count=4)).outcome.counts.failovers == 0
    assert play(ErrorCounters(), hits(30, until=90, count=5)).outcome.counts.failovers == 1


def test_the_counter_starts_anew_after_five_minutes_without_an_error() -> None:
    assert play(ErrorCounters(), hits(30, 36, until=90, count=4)).outcome.counts.failovers == 0
    assert play(ErrorCounters(), hits(30, 34, until=90, count=4)).outcome.counts.failovers == 1


def test_a_counter_that_is_fed_within_each_window_never_forgets() -> None:
    fed = hits(30, 34, 38, 42, 46, until=90)  # one task each, four minutes apart
    assert play(ErrorCounters(), fed).outcome.counts.failovers == 1


def test_missing_tasks_that_ecs_never_launches_are_no_error() -> None:
    # Four tasks go, which is one too few, and their replacements only fail to be placed.
    played = play(NeverStuck(), drought(60, 120, until=180, left=0.8))
    assert played.running(110) == (16, 0)
    assert played.outcome.counts.failovers == 0


def test_a_failover_of_more_than_a_day_is_forgotten_and_never_restored() -> None:
    day = 24 * 60
    plan = WeatherPlan(
        "long",
        START,
        START + timedelta(days=3),
        (Change(minutes(60), SPEC.region, capacity=0), Change(minutes(60 + 1.5 * day), SPEC.region)),
    )
    played = play(NeverStuck(), plan)
    assert played.running(60 + 2.5 * day)[1] == 20
    assert played.outcome.counts.restores == 0


def test_the_scan_is_counted_each_minute_whether_or_not_it_finds_anything() -> None:
    calls = play(ErrorCounters(), hits(until=60)).outcome.counts.ecs_calls
    assert calls == pytest.approx(2 * 80, abs=4)  # the warm-up of twenty minutes included
