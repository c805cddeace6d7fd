"""The clairvoyant is never short, and nobody is both better and cheaper."""

from dataclasses import replace
from datetime import timedelta

import pytest

from simulator.backtest.contender import Contender, ServiceSpec
from simulator.backtest.prices import Prices
from simulator.backtest.rivals import Clairvoyant, rivals
from simulator.backtest.rivals.forecast import Forecast, forecasts
from simulator.backtest.run import run
from simulator.backtest.weather import (
    Change,
    Flapping,
    WeatherPlan,
    combined,
    droughts_and_interruptions,
    flapping,
)
from simulator.world import ExitAt
from tests.unit.backtest.rivals.played import SPEC, START, drought, hits, minutes, play

SIGTERM = ServiceSpec(SPEC.account, SPEC.region, "main", "quick", 20, exit_at=ExitAt.SIGTERM)
BALANCED = ServiceSpec(SPEC.account, SPEC.region, "main", "balanced", 20, load_balancer=True)
FLEET = [SPEC, SIGTERM, BALANCED]
UP_AND_DOWN = Flapping(up=[300.0, 3600.0, 7200.0], down=[60.0, 3600.0])
WEATHERS = {
    "a drought": drought(60, 120, until=240),
    "a partial one": drought(60, 120, until=240, left=0.9),
    "a short one": drought(60, 61, until=120),
    "interruptions": hits(10, 11, 40, until=480, count=2),
    "one that takes nothing": combined(
        "standing still, with interruptions",
        [
            WeatherPlan(
                "standing still",
                START,
                minutes(240),
                (
                    Change(minutes(60), SPEC.region, share=0.0, takes_running=False),
                    Change(minutes(180), SPEC.region),
                ),
            ),
            hits(30, 70, 71, 178, until=240, count=2),
        ],
    ),
    "flapping": flapping([SPEC.region], START, 1, 3, UP_AND_DOWN),
    "the operator's": droughts_and_interruptions(FLEET, START, 7, 5),
}


@pytest.mark.parametrize("spec", FLEET, ids=lambda spec: spec.name)
@pytest.mark.parametrize("name", WEATHERS)
def test_it_is_never_short_of_a_single_task(name: str, spec: ServiceSpec) -> None:
    plan = WEATHERS[name]
    assert play(Clairvoyant(plan), plan, spec).outcome.total.capacity_seconds_lost == 0


@pytest.mark.parametrize("name", ["a partial one", "flapping", "the operator's"])
def test_it_is_never_short_where_services_share_what_is_left(name: str) -> None:
    plan = WEATHERS[name]
    outcome = run(Clairvoyant(plan), plan, FLEET, 1)
    assert {spec.name: score.capacity_seconds_lost for spec, score in outcome.scores.items()} == {
        spec.name: 0.0 for spec in FLEET
    }


@pytest.mark.parametrize("name", WEATHERS)
def test_no_rival_serves_as_much_for_less(name: str) -> None:
    plan = WEATHERS[name]
    fleet = [replace(spec, desired=8) for spec in FLEET]
    bound = run(Clairvoyant(plan), plan, fleet, 2)
    for rival in _others(plan):
        outcome = run(rival, plan, fleet, 2)
        as_good = outcome.total.capacity_seconds_lost <= bound.total.capacity_seconds_lost
        # Whoever does nothing about a lost task may be lucky: its replacement started in time.
        assert not (as_good and outcome.cost(Prices()) < 0.995 * bound.cost(Prices())), rival.name
        assert outcome.total.availability <= bound.total.availability


def test_in_calm_it_runs_on_spot_alone_and_calls_nobody() -> None:
    plan = hits(until=120)
    played = play(Clairvoyant(plan), plan)
    assert {(step.spot, step.on_demand) for step in played.outcome.timeline} == {(20.0, 0.0)}
    assert played.outcome.counts.ecs_calls == 0


def test_it_pays_for_on_demand_hardly_longer_than_the_drought_lasts() -> None:
    plan = drought(60, 120, until=240)
    outcome = play(Clairvoyant(plan), plan).outcome
    assert 3600 * 20 < outcome.total.on_demand_seconds < 3900 * 20


def test_it_keeps_what_a_partial_shortage_leaves() -> None:
    plan = drought(60, 120, until=240, left=0.9)
    assert play(Clairvoyant(plan), plan).running(90) == (18, 2)


def test_spot_that_would_be_gone_at_once_is_left_alone() -> None:
    calm = (Change(minutes(60), SPEC.region, capacity=0), Change(minutes(90), SPEC.region))
    again = (Change(minutes(93), SPEC.region, capacity=0), Change(minutes(120), SPEC.region))
    plan = WeatherPlan("a gap", START, minutes(180), (*calm, *again))
    played = play(Clairvoyant(plan), plan)
    assert max(played.at(minute).spot for minute in (91, 92, 93, 95, 100)) == 0
    assert played.outcome.counts.failovers == 1


def _forecast(plan: WeatherPlan, specs: list[ServiceSpec]) -> Forecast:
    return forecasts(
        plan,
        specs,
        worth=timedelta(minutes=5),
        release={spec.key: timedelta(minutes=3) for spec in specs},
    )[specs[0].key]


def test_a_forecast_divides_a_pool_by_demand_and_has_it_down_before_chance_decides() -> None:
    forecast = _forecast(drought(60, 120, until=240, left=0.5), [SPEC, SIGTERM])
    assert [forecast.at(minutes(minute)) for minute in (56, 57, 60, 119, 120)] == [20, 10, 10, 10, 20]


def test_a_forecast_of_a_pool_of_ones_own_or_an_empty_one_waits_for_the_moment() -> None:
    alone = _forecast(drought(60, 120, until=240, left=0.5), [SPEC])
    assert [alone.at(minutes(minute)) for minute in (59, 60)] == [20, 10]
    empty = _forecast(drought(60, 120, until=240), [SPEC, SIGTERM])
    assert [empty.at(minutes(minute)) for minute in (59, 60)] == [20, 0]


def test_a_forecast_keeps_what_a_shortage_does_not_take_and_has_no_successor_for_what_is_lost_in_it() -> None:
    shortage = Change(minutes(60), SPEC.region, share=0.0, takes_running=False)
    plan = WeatherPlan("standing still", START, minutes(240), (shortage, Change(minutes(120), SPEC.region)))
    forecast = _forecast(combined("both", [plan, hits(30, 70, 90, until=240, count=2)]), [SPEC, SIGTERM])
    levels = [forecast.at(minutes(minute)) for minute in (59, 60, 69, 70, 89, 90, 119, 120)]
    assert levels == [20, 20, 20, 18, 18, 16, 16, 20]
    assert forecast.lost(minutes(0), minutes(240)) == 2  # at 30: another one comes at once


def test_a_forecast_takes_the_lower_of_an_account_s_own_pool_and_the_shared_one() -> None:
    own = WeatherPlan(
        "own", START, minutes(240), (Change(minutes(90), SPEC.region, SPEC.account, capacity=4),)
    )
    forecast = _forecast(combined("both", [own, drought(60, 120, until=240, left=0.5)]), [SPEC])
    assert [forecast.at(minutes(minute)) for minute in (0, 60, 90, 120)] == [20, 10, 4, 4]


def test_a_forecast_knows_the_lowest_level_and_the_losses_of_a_time() -> None:
    plan = combined("all", [drought(60, 120, until=240, left=0.5), hits(70, 75, until=240, count=2)])
    forecast = _forecast(plan, [SPEC])
    assert forecast.least(minutes(0), minutes(59)) == 20
    assert forecast.least(minutes(0), minutes(60)) == 10
    assert [forecast.lost(minutes(a), minutes(b)) for a, b in ((0, 69), (70, 74), (60, 80))] == [0, 2, 4]


def _others(plan: WeatherPlan) -> list[Contender]:
    return [rival for rival in rivals(plan) if rival.name != Clairvoyant.name]
