"""The real jobs as a contender: all modes, and what may be left out without changing anything."""

from datetime import timedelta

import pytest

from simulator.backtest.ours import is_forwarded
from simulator.backtest.run import TICK, WARM_UP, run
from simulator.backtest.specs import specs
from simulator.backtest.weather import WeatherPlan
from spot_failover.domain.policy import Mode
from spot_failover.events.model import EvidenceSignal
from spot_failover.events.parser import parse
from tests.unit.backtest.stage import START, Watched, drought, ours, outcome, unsettled

FLEET = specs(2, 6)
MODES = pytest.mark.parametrize("mode", Mode)


@MODES
def test_a_drought_moves_every_service_to_on_demand_and_back(mode: Mode) -> None:
    result = outcome(ours(mode), drought(FLEET))

    assert result.counts.failovers >= 2
    assert result.counts.restores >= 2
    assert result.timeline[0].on_demand == 0
    assert result.timeline[-1].on_demand == 0
    assert result.timeline[-1].spot == 12
    assert max(step.on_demand for step in result.timeline) >= 12


@MODES
def test_services_that_work_until_they_are_killed_have_no_outage_in_a_drought(mode: Mode) -> None:
    result = outcome(ours(mode), drought(FLEET))

    (worker,) = [score for spec, score in result.scores.items() if spec.name.startswith("worker")]
    assert worker.outage_seconds == 0


@MODES
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_leaving_out_quiet_minutes_and_known_answers_changes_nothing(mode: Mode, seed: int) -> None:
    plan = unsettled(FLEET, seed)

    assert outcome(ours(mode), plan) == outcome(ours(mode, thorough=True), plan)


def test_the_same_seed_gives_the_same_outcome_and_another_seed_another() -> None:
    plan = unsettled(FLEET, 7)
    first, second, other = (run(ours(Mode.BACKFILL), plan, FLEET, seed) for seed in (1, 1, 2))

    assert repr(first) == repr(second)
    assert repr(first) != repr(other)


def test_what_no_rule_of_the_spoke_forwards_is_what_the_parser_ignores() -> None:
    watched = Watched(ours(Mode.STANDBY))
    outcome(watched, unsettled(FLEET, 3))
    left_out = [event for event in watched.events if not is_forwarded(event)]

    assert 100 < len(left_out) < len(watched.events)
    for event in left_out:
        signal = parse(event, drills=False, hub_account="111122223333", now=START)
        assert not isinstance(signal, EvidenceSignal), event


def test_in_calm_weather_the_surveys_are_the_only_calls_although_nobody_makes_them() -> None:
    watched = Watched(ours(Mode.SWITCH))
    calm = WeatherPlan("calm", START, START + timedelta(minutes=100))

    result = outcome(watched, calm)

    # One DescribeServices a minute for up to ten services, from the warm-up on.
    warm_up = WARM_UP // TICK
    assert 100 + warm_up <= result.counts.ecs_calls <= 100 + warm_up + 20
    assert len(watched.ticks) <= warm_up
