"""From events to weather: what is concluded, and what is admitted."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from simulator.backtest.contender import ServiceSpec
from simulator.backtest.rivals import all_spot
from simulator.backtest.run import run
from simulator.backtest.weather import Change, Interruption, WeatherPlan
from simulator.backtest.weather.errors import WeatherFileError
from simulator.backtest.weather.estimate import Estimate, estimate
from simulator.backtest.weather.own_events import parse_lines
from tests.unit.backtest.weather.recorded import ended, minutes, noticed, refused, started

FOUR = [started(0, task) for task in "abcd"]


def _estimate(*lines: str) -> Estimate:
    return estimate(parse_lines(lines, "events.jsonl"))


def _capacity(found: Estimate) -> list[tuple[float, float | None]]:
    return [((c.at - minutes(0)).total_seconds() / 60, c.share) for c in found.plan.changes]


def test_losses_and_refusals_together_are_a_shortage_that_a_later_start_ends() -> None:
    found = _estimate(*FOUR, noticed(30, "a"), noticed(30, "b"), refused(31), refused(40), started(55, "e"))
    assert _capacity(found) == [(30, 0.5), (55, None)]
    assert (found.shortages, found.unproven) == (1, 0)
    assert found.plan.interruptions == ()


def test_capacity_during_a_shortage_follows_what_was_seen_to_run() -> None:
    found = _estimate(
        *FOUR,
        *(noticed(30, task) for task in "abcd"),
        refused(31),
        started(40, "e", created=30.5),  # asked for before the refusal: no proof, but it runs
        noticed(45, "e"),
        refused(46),
        started(60, "f"),
    )
    assert _capacity(found) == [(30, 0.0), (40, 0.25), (45, 0.0), (60, None)]


def test_a_start_between_refusals_that_are_minutes_apart_does_not_end_the_shortage() -> None:
    found = _estimate(*FOUR, noticed(30, "a"), refused(31), started(36, "e"), refused(38), started(50, "f"))
    assert found.shortages == 1
    assert _capacity(found)[-1] == (50, None)


def test_refusals_that_are_far_apart_are_two_shortages() -> None:
    found = _estimate(*FOUR, refused(30), started(36, "e"), refused(60), started(66, "f"))
    assert found.shortages == 2


def test_a_loss_without_a_refusal_is_an_interruption_and_not_a_shortage() -> None:
    found = _estimate(*FOUR, noticed(30, "a"), noticed(30, "b"), noticed(31, "c"), started(33, "e"))
    assert found.plan.changes == ()
    assert [(hit.at, hit.count) for hit in found.plan.interruptions] == [(minutes(30), 2), (minutes(31), 1)]


def test_silence_after_the_last_refusal_is_admitted_to_prove_nothing() -> None:
    found = _estimate(*FOUR, noticed(30, "a"), refused(31), ended(600, "b"))
    assert _capacity(found) == [(30, 0.75), (91, None)]
    assert found.unproven == 1
    assert "silence is not capacity" in found.plan.caveat
    assert "Nothing shows when 1 of them ended" in found.plan.caveat


def test_an_estimate_always_says_that_it_is_one() -> None:
    calm = _estimate(*FOUR, ended(10, "a"))
    assert calm.plan.caveat.startswith("An estimate from 5 events of your own: silence is not capacity")
    assert "Nothing shows" not in calm.plan.caveat


def test_a_file_without_ends_of_tasks_is_said_to_count_too_many() -> None:
    assert "tasks are counted than ran" in _estimate(*FOUR).plan.caveat
    assert "more tasks are counted" not in _estimate(*FOUR, ended(10, "a")).plan.caveat


def test_demand_is_the_most_tasks_at_once_and_a_task_first_seen_at_its_end_ran_before() -> None:
    found = _estimate(started(0, "a"), ended(10, "a"), started(20, "b"), noticed(30, "unseen"))
    assert [(spec.name, spec.desired) for spec in found.specs] == [("web", 2)]


def test_the_period_is_that_of_the_file() -> None:
    found = _estimate(refused(5), *FOUR, ended(90, "a"))
    assert (found.plan.start, found.plan.end) == (minutes(0), minutes(90))


def test_a_shortage_is_of_the_account_whose_events_tell_of_it() -> None:
    found = _estimate(*FOUR, refused(30), started(40, "e"))
    assert {(change.account, change.region) for change in found.plan.changes} == {
        ("222233334444", "eu-west-1")
    }


def test_a_file_without_spot_tasks_is_refused() -> None:
    with pytest.raises(WeatherFileError, match="none of its 1 events is about a Spot task"):
        _estimate(refused(1, provider="FARGATE"))
    with pytest.raises(WeatherFileError, match="none of its 1 events is about a Spot task"):
        _estimate(refused(1))


def test_what_the_world_was_given_is_found_again_in_its_events() -> None:
    start = datetime(2026, 3, 2, tzinfo=UTC)
    spec = ServiceSpec("222233334444", "eu-west-1", "main", "web", 20)
    given = WeatherPlan(
        "given",
        start,
        start + timedelta(hours=6),
        (
            Change(start + timedelta(hours=2), spec.region, share=0.5),
            Change(start + timedelta(hours=3), spec.region),
        ),
        (Interruption(start + timedelta(hours=5), spec.key, 2),),
    )
    lines = _events_of(given, spec)
    found = _estimate(*lines)
    begin, *_, until = found.plan.changes
    assert [(s.name, s.desired) for s in found.specs] == [("web", 20)]
    assert abs(begin.at - given.changes[0].at) < timedelta(minutes=1)
    assert begin.share == pytest.approx(0.5)
    # ECS asks again only minutes later, and a task takes more than one to start.
    assert timedelta(0) < until.at - given.changes[1].at < timedelta(minutes=9)
    assert [hit.count for hit in found.plan.interruptions] == [2]
    assert (found.shortages, found.unproven) == (1, 0)


def _events_of(plan: WeatherPlan, spec: ServiceSpec) -> list[str]:
    lines: list[str] = []

    contender = all_spot()
    contender.event = lambda envelope, now: lines.append(json.dumps(envelope))  # type: ignore[method-assign]
    run(contender, plan, [spec], 1)
    return lines
