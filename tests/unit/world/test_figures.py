"""Outage, degradation and lost capacity, by hand and from a run."""

from datetime import timedelta

import pytest

from simulator.world import Behaviour, ExitAt, Sample
from simulator.world.figures import figures, longest_outage, running_over_time, together
from tests.unit.world.stage import ON_DEMAND, START, Stage, key


def samples(*serving_at: tuple[float, int], desired: int = 4) -> list[Sample]:
    return [
        Sample(START + timedelta(seconds=at), key(), serving, 0, serving, desired)
        for at, serving in serving_at
    ]


def at(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def test_below_half_is_an_outage_and_half_is_degraded() -> None:
    log = samples((0, 4), (100, 2), (200, 1), (250, 4))

    result = figures(log, key(), START, START + at(1000))

    assert result.seconds == 1000
    assert result.outage_seconds == 50
    assert result.degraded_seconds == 150
    assert result.capacity_seconds_lost == 100 * 2 + 50 * 3
    assert result.availability == pytest.approx(0.95)


def test_only_the_period_counts() -> None:
    log = samples((0, 0), (100, 4), (500, 0))

    result = figures(log, key(), START + at(50), START + at(600))

    assert result.outage_seconds == 50 + 100
    assert result.seconds == 550


def test_a_service_that_wants_nothing_has_no_outage() -> None:
    assert figures(samples((0, 0), desired=0), key(), START, START + at(60)).outage_seconds == 0


def test_another_service_does_not_count() -> None:
    assert figures(samples((0, 0)), key("other"), START, START + at(60)).availability == 1
    assert running_over_time(samples((0, 0)), key("other")) == []


def test_the_longest_outage_is_the_one_without_a_break() -> None:
    log = samples((0, 0), (30, 4), (100, 1), (150, 0), (190, 4), (300, 0))

    assert longest_outage(log, key(), START, START + at(400)) == 100
    assert longest_outage(log, key(), START, START + at(299)) == 90


@pytest.mark.parametrize(("exit_at", "outage"), [(ExitAt.SIGTERM, (60, 175)), (ExitAt.STOP_TIMEOUT, (0, 60))])
def test_tasks_that_work_until_the_end_of_their_notice_shorten_the_outage(
    stage: Stage, exit_at: ExitAt, outage: tuple[float, float]
) -> None:
    stage.world.behaviours.set(key(), Behaviour(exit_at=exit_at))
    stage.running(desired=4)
    lost_at = stage.world.now

    stage.drought()
    stage.calm()
    stage.advance(600)

    result = figures(stage.world.log, key(), lost_at, stage.world.now)
    low, high = outage
    assert low <= result.outage_seconds <= high
    assert longest_outage(stage.world.log, key(), lost_at, stage.world.now) == pytest.approx(
        result.outage_seconds
    )


def test_what_spot_and_on_demand_ran_is_counted_apart(stage: Stage) -> None:
    strategy = [
        {"capacityProvider": "FARGATE", "weight": 1},
        {"capacityProvider": "FARGATE_SPOT", "weight": 3},
    ]
    stage.running(desired=4, capacityProviderStrategy=strategy)
    begin = stage.world.now
    stage.advance(1000)

    result = figures(stage.world.log, key(), begin, stage.world.now)

    assert (result.spot_seconds, result.on_demand_seconds) == (3000, 1000)
    assert result.on_demand_share == 0.25
    assert running_over_time(stage.world.log, key())[-1][1:] == (3, 1, 4, 4)


def test_a_reader_of_the_log_can_come_back_for_what_is_new(stage: Stage) -> None:
    stage.running(desired=2)
    read = len(stage.world.log)

    stage.update(desiredCount=1)

    [sample] = stage.world.log.since(read)
    assert (sample.desired, sample.serving) == (1, 2)


def test_an_observer_is_told_each_sample_and_only_the_newest_is_kept() -> None:
    seen: list[Sample] = []
    watched, kept = Stage(observe=seen.append), Stage()

    for stage in (watched, kept):
        stage.running(desired=3)
        stage.drought(capacity=1)
        stage.advance(600)

    assert seen == list(kept.world.log)
    assert list(watched.world.log) == []
    assert watched.last() == kept.last()


def test_a_pair_of_services_serves_one_demand(stage: Stage) -> None:
    stage.running("web", desired=4)
    stage.running("twin", desired=0, capacityProviderStrategy=ON_DEMAND)
    stage.running("other", desired=9)
    start = stage.world.now
    stage.update("twin", desiredCount=4)
    stage.until(lambda: stage.counts("twin") == (4, 0))
    stage.update("web", desiredCount=0)
    stage.advance(3600)

    joined = list(together(stage.world.log, [key("web"), key("twin")], demand=4))
    total = figures(joined, key("web"), start, stage.world.now)

    assert max(sample.serving for sample in joined) == 8
    assert (joined[-1].spot_running, joined[-1].on_demand_running, joined[-1].desired) == (0, 4, 4)
    assert total.capacity_seconds_lost == 0
    assert figures(stage.world.log, key("web"), start, stage.world.now).on_demand_seconds == 0
    assert total.on_demand_seconds > 4 * 3500
