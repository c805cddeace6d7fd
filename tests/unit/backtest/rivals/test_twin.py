"""The twin on placement failures: it waits for ECS to fail, and then starts all there is."""

from simulator.backtest.contender import ServiceSpec
from simulator.backtest.rivals import PlacementFailureTwin
from simulator.world import ExitAt
from tests.unit.backtest.rivals.played import SPEC, drought, hits, play


def test_a_drought_brings_the_twin_up_and_the_steady_state_takes_it_down() -> None:
    played = play(PlacementFailureTwin(), drought(60, 120, until=240))
    assert played.running(50) == (20, 0)
    assert played.running(90) == (0, 20)
    assert played.running(180) == (20, 0)
    assert (played.outcome.counts.failovers, played.outcome.counts.restores) == (1, 1)


def test_two_missing_tasks_start_twenty() -> None:
    played = play(PlacementFailureTwin(), drought(60, 120, until=240, left=0.9))
    assert played.running(90) == (18, 20)


def test_tasks_that_go_at_sigterm_are_missed_until_the_twin_is_up() -> None:
    spec = ServiceSpec(SPEC.account, SPEC.region, SPEC.cluster, SPEC.name, 20, exit_at=ExitAt.SIGTERM)
    outcome = play(PlacementFailureTwin(), drought(60, 120, until=240), spec).outcome
    assert 60 < outcome.total.outage_seconds < 180


def test_an_interruption_that_ecs_can_replace_starts_nothing() -> None:
    played = play(PlacementFailureTwin(), hits(30, 40, until=60, count=5))
    assert max(step.on_demand for step in played.outcome.timeline) == 0
    assert played.outcome.counts.failovers == 0


def test_a_failure_is_a_read_and_a_write_and_a_steady_state_another_write() -> None:
    calm = play(PlacementFailureTwin(), hits(until=60)).outcome.counts
    assert calm.ecs_calls == 1  # the first steady state, before the weather begins
