"""Static mixes in a drought: nothing is done, and this is what it costs."""

from simulator.backtest.rivals import all_on_demand, all_spot, base_mix, half_and_half
from tests.unit.backtest.rivals.played import drought, play

DROUGHT = drought(60, 120, until=240)


def test_all_spot_is_down_for_the_whole_drought_and_recovers_by_itself() -> None:
    played = play(all_spot(), DROUGHT)
    assert played.running(50) == (20, 0)
    assert played.running(90) == (0, 0)
    assert played.running(180) == (20, 0)
    assert 3300 < played.outcome.total.outage_seconds < 4200


def test_all_on_demand_notices_nothing() -> None:
    played = play(all_on_demand(), DROUGHT)
    assert {(step.spot, step.on_demand) for step in played.outcome.timeline} == {(0.0, 20.0)}
    assert played.outcome.total.capacity_seconds_lost == 0


def test_half_and_half_never_falls_below_half_and_pays_for_it_all_the_time() -> None:
    played = play(half_and_half(), DROUGHT)
    assert played.running(50) == (10, 10)
    assert played.running(90) == (0, 10)
    assert played.outcome.total.outage_seconds == 0
    assert played.outcome.total.degraded_seconds > 3300


def test_a_base_keeps_its_own_tasks_and_a_fifth_of_the_others() -> None:
    played = play(base_mix(base=2, spot_weight=4), DROUGHT)
    spot, on_demand = played.running(50)
    assert (spot, on_demand) in {(14, 6), (15, 5)}
    assert played.running(90) == (0, on_demand)
    assert played.outcome.total.outage_seconds > 3300


def test_a_mix_makes_no_calls_and_no_moves() -> None:
    counts = play(half_and_half(), DROUGHT).outcome.counts
    assert (counts.ecs_calls, counts.failovers, counts.restores, counts.failed_restores) == (0, 0, 0, 0)
