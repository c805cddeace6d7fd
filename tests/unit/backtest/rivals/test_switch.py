"""The switch with a schedule: quick to go, and back at every run, whatever the weather."""

from simulator.backtest.rivals import StrategySwitch
from tests.unit.backtest.rivals.played import drought, hits, play


def test_the_first_warning_switches_the_whole_service_and_the_drought_is_hardly_felt() -> None:
    played = play(StrategySwitch(), drought(60, 120, until=240))
    assert played.running(50) == (20, 0)
    assert played.running(90) == (0, 20)
    assert played.outcome.total.outage_seconds < 120


def test_each_run_of_the_schedule_restores_into_the_drought_and_fails() -> None:
    counts = play(StrategySwitch(), drought(60, 120, until=240)).outcome.counts
    assert 8 <= counts.failed_restores <= 12  # one for each five minutes of the hour
    assert counts.failovers == counts.failed_restores + counts.restores


def test_on_demand_tasks_stay_until_a_restore_finds_spot() -> None:
    played = play(StrategySwitch(), drought(60, 120, until=240))
    assert played.running(135) == (20, 0)
    assert played.outcome.counts.restores >= 1


def test_a_single_lost_task_moves_all_twenty() -> None:
    played = play(StrategySwitch(), hits(30, until=60))
    assert played.outcome.counts.failovers == 1
    assert max(round(step.on_demand) for step in played.outcome.timeline) == 20
    assert played.running(55) == (20, 0)


def test_a_shorter_schedule_tries_more_often() -> None:
    each_minute = play(StrategySwitch(1), drought(60, 120, until=150)).outcome.counts
    each_five = play(StrategySwitch(5), drought(60, 120, until=150)).outcome.counts
    assert each_minute.failed_restores > 2 * each_five.failed_restores


def test_each_move_takes_a_read_and_two_writes() -> None:
    counts = play(StrategySwitch(), drought(60, 120, until=240)).outcome.counts
    assert counts.ecs_calls == 3 * counts.failovers
