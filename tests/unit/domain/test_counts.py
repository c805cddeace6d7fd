"""How many tasks either service should run: raised at once, lowered never below the demand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spot_failover.domain.counts import Counts, Side, canary, counts, is_ambiguous, missing
from spot_failover.domain.evidence import Evidence, EvidenceKind, Tally, tally
from spot_failover.domain.policy import Mode, Policy, Restore, Standby, Surge
from spot_failover.domain.record import Held, Operation, Phase
from tests.unit.domain.scene import NOW, Scene, ago

INTERRUPTED = EvidenceKind.SPOT_INTERRUPTION
FEW = st.integers(0, 40)


@given(desired=FEW, running=FEW, healthy=FEW, wanted=FEW, other=FEW, demand=FEW)
def test_whichever_tasks_ecs_stops_the_demand_is_met_as_well_as_before(
    desired: int, running: int, healthy: int, wanted: int, other: int, demand: int
) -> None:
    healthy = min(healthy, running, desired)
    side = Side(desired, running, healthy)
    count = side.towards(wanted, other=other, demand=demand)
    stopped = max(0, desired - count)
    left = max(0, healthy - stopped)  # at worst, all that ECS stops were healthy
    assert left + other >= min(demand, healthy + other)
    assert min(wanted, desired) <= count <= max(wanted, desired)


@given(desired=FEW, running=FEW, demand=FEW, other=FEW)
def test_it_arrives_once_the_other_side_carries_the_demand(
    desired: int, running: int, demand: int, other: int
) -> None:
    side = Side(desired, running, min(running, desired))
    if other >= demand:
        assert side.towards(0, other=other, demand=demand) == 0


def test_nothing_is_lowered_while_ecs_has_not_chosen_what_to_stop() -> None:
    assert Side(10, 10, 10, settled=False).towards(4, other=5, demand=10) == 10
    assert Side(10, 10, 10, settled=False).towards(4, other=10, demand=10) == 4
    assert Side(10, 10, 10, settled=False).towards(14, other=10, demand=10) == 14


@pytest.mark.parametrize(
    ("demand", "percent", "samples", "expected"),
    [(200, 10, 10, 20), (50, 10, 10, 10), (6, 10, 10, 6), (6, 10, 1, 1), (0, 10, 10, 0), (30, 100, 1, 30)],
)
def test_a_canary_is_large_enough_to_be_a_sample(
    demand: int, percent: int, samples: int, expected: int
) -> None:
    policy = Policy(restore=Restore(canary_percent=percent, min_samples=samples))
    assert canary(demand, policy) == expected


# --- standby ---


def standby(phase: Phase, observation_of: dict[str, int], **record: object) -> Counts:
    scene = Scene(Mode.STANDBY)
    known = scene.record(phase, demand=10, **record)
    return counts(phase, known, scene.twins(**observation_of), [], NOW)


def test_the_standby_comes_up_before_spot_gives_way() -> None:
    assert standby(Phase.FAILING_OVER, {"running": 3}) == Counts(10, 10)


def test_spot_keeps_its_count_until_half_of_the_standby_is_healthy() -> None:
    some = {"running": 8, "standby": 10}
    assert standby(Phase.FAILING_OVER, {**some, "on_demand": 4}).spot == 10
    assert standby(Phase.FAILING_OVER, {**some, "on_demand": 5}).spot == 7


def test_spot_ends_at_zero_once_the_standby_carries_the_demand() -> None:
    assert standby(Phase.FAILING_OVER, {"running": 8, "standby": 10, "on_demand": 10}).spot == 0


def test_what_is_pending_is_dropped_once_no_spot_task_runs() -> None:
    assert standby(Phase.FAILING_OVER, {"running": 0, "standby": 10, "on_demand": 5}).spot == 0


def test_spot_comes_back_by_a_canary_and_then_in_full() -> None:
    there = {"standby": 10, "on_demand": 10}
    scene = Scene(Mode.STANDBY)
    policy = replace(scene.policy, restore=Restore(min_samples=2))
    for desired, running, since, expected in [(0, 0, 60, 2), (2, 1, 60, 2), (2, 2, 59, 2), (2, 2, 60, 10)]:
        record = scene.record(Phase.RESTORING, demand=10, since=ago(since), policy=policy)
        shown = scene.twins(desired, running, **there)
        assert counts(Phase.RESTORING, record, shown, [], NOW).spot == expected


def test_the_standby_stays_whole_while_spot_is_tried() -> None:
    assert standby(Phase.RESTORING, {"running": 10, "standby": 10, "on_demand": 10}).standby == 10


def test_after_a_restore_the_standby_falls_by_the_surplus_only() -> None:
    held = Held(10, 10, ago(600), confirmed=True)
    after = {"running": 7, "standby": 10, "on_demand": 10}
    assert standby(Phase.STEADY, after, held=held) == Counts(10, 3)
    assert standby(Phase.STEADY, {**after, "running": 10}, held=held) == Counts(10, 0)


def test_without_its_standby_the_service_is_asked_for_everything_again() -> None:
    scene = Scene(Mode.STANDBY)
    alone = replace(scene.twins(desired=0, running=0), standby=None)
    record = scene.record(Phase.ON_DEMAND, demand=10)
    assert counts(Phase.ON_DEMAND, record, alone, [], NOW) == Counts(10)


def test_tasks_that_someone_else_started_in_calm_weather_are_theirs() -> None:
    scene = Scene(Mode.STANDBY)
    assert counts(Phase.STEADY, scene.record(), scene.twins(standby=3, on_demand=3), [], NOW).standby == 3


def test_a_count_on_its_way_is_not_sent_again_and_nothing_is_lowered_meanwhile() -> None:
    held = Held(10, 10, ago(5), confirmed=True)
    assert standby(Phase.FAILING_OVER, {"running": 3}, held=held) == Counts(10, 0)
    fresh = Held(4, 10, ago(5), confirmed=True)
    shown = {"running": 10, "standby": 10, "on_demand": 8}
    assert standby(Phase.FAILING_OVER, shown, held=fresh).spot == 10
    old = replace(fresh, at=ago(61))
    assert standby(Phase.FAILING_OVER, shown, held=old).spot == 2


def test_both_sides_are_not_lowered_over_each_other() -> None:
    scene = Scene(Mode.STANDBY)
    record = scene.record(Phase.FAILING_OVER, demand=3)
    shown = scene.twins(desired=3, running=3, standby=12, on_demand=5)
    lowered = counts(Phase.FAILING_OVER, record, shown, [], NOW)
    stopped = (3 - lowered.spot) + (12 - lowered.standby)
    left = max(0, 3 - (3 - lowered.spot)) + max(0, 5 - (12 - lowered.standby))
    assert stopped > 0
    assert left >= 3


# --- backfill ---


def counted(evidence: list[Evidence]) -> Tally:
    return tally(evidence, since=ago(300), now=NOW)


def backfill(
    running: int = 10, *, on_demand: int = 0, evidence: list[object] | None = None, reserve: int = 0
) -> Counts:
    scene = Scene(Mode.BACKFILL)
    scene.policy = replace(scene.policy, standby=Standby("web-on-demand", reserve=reserve))
    record = scene.record(Phase.ON_DEMAND, held=Held(10, on_demand, ago(600), confirmed=True))
    shown = scene.twins(running=running, standby=on_demand, on_demand=on_demand)
    return counts(Phase.ON_DEMAND, record, shown, evidence or [], NOW)  # type: ignore[arg-type]


def test_a_task_is_missing_from_its_notice_on() -> None:
    noticed = Scene().evidence(INTERRUPTED, 5, count=2)
    assert backfill(running=10, evidence=[*noticed]) == Counts(10, 2)


def lacking(running: int, evidence: list[Evidence], phase: Phase = Phase.STEADY) -> int:
    scene = Scene(Mode.BACKFILL)
    return missing(scene.record(phase), scene.twins(running=running), counted(evidence))


def test_tasks_that_only_start_are_not_missing_unless_spot_fails() -> None:
    assert lacking(6, []) == 0
    assert lacking(6, Scene().evidence()) == 4


def test_silent_deficits_count_once_there_are_enough_of_them() -> None:
    silent = Scene().evidence(EvidenceKind.SPOT_DEFICIT, 60, count=3)
    assert lacking(6, silent[:2]) == 0
    assert lacking(6, silent) == 4


def test_what_on_demand_tasks_stand_in_for_is_owed_until_it_runs() -> None:
    assert lacking(6, [], Phase.ON_DEMAND) == 4
    assert backfill(running=6, on_demand=4) == Counts(10, 4)


def test_on_demand_is_given_back_one_for_one() -> None:
    assert backfill(running=8, on_demand=4) == Counts(10, 2)
    assert backfill(running=10, on_demand=4) == Counts(10, 0)


def test_the_reserve_always_runs() -> None:
    assert backfill(running=10, on_demand=4, reserve=1).standby == 1
    assert backfill(running=7, evidence=[*Scene().evidence()], reserve=1).standby == 3


def test_spot_is_never_asked_for_less() -> None:
    assert backfill(running=0, on_demand=10, evidence=[*Scene().evidence()]).spot == 10


def test_a_drill_counts_as_one_missing_task() -> None:
    scene = Scene(Mode.BACKFILL)
    drill = scene.evidence(drill=True)
    assert missing(scene.record(), scene.twins(), counted(drill)) == 1
    assert missing(scene.record(), scene.twins(), counted([])) == 0


def test_nothing_is_added_to_a_service_that_is_drained() -> None:
    scene = Scene(Mode.BACKFILL)
    record = scene.record(operation=Operation.DRAIN)
    shown = scene.twins(running=6)
    assert counts(Phase.STEADY, record, shown, scene.evidence(), NOW) == Counts(10, 0)


def test_where_ecs_count_may_be_ahead_of_its_events_the_tasks_are_asked() -> None:
    scene = Scene(Mode.BACKFILL)
    noticed = scene.evidence(INTERRUPTED, 2, count=2)
    ahead = scene.twins(running=8)
    assert is_ambiguous(scene.record(), ahead, noticed, NOW)
    assert missing(scene.record(), ahead, counted(noticed)) == 4
    looked = replace(ahead, wanted=10, up=8, held=8)
    assert not is_ambiguous(scene.record(), looked, noticed, NOW)
    assert missing(scene.record(), looked, counted(noticed)) == 2
    assert not is_ambiguous(scene.record(), scene.twins(), noticed, NOW)


def test_a_service_that_keeps_falling_keeps_half_of_its_tasks_on_demand() -> None:
    scene = Scene(Mode.BACKFILL)
    held = Held(10, 10, ago(900), confirmed=True)
    for falls, expected in [((ago(60),), 0), ((ago(7200), ago(60)), 5), ((ago(7200), ago(901)), 0)]:
        record = scene.record(Phase.ON_DEMAND, held=held, falls=falls)
        shown = scene.twins(standby=10, on_demand=10)
        assert counts(Phase.ON_DEMAND, record, shown, [], NOW).standby == expected


# --- what ECS has not done or shown yet ---


def test_tasks_that_ecs_is_still_to_stop_are_not_counted_on() -> None:
    scene = Scene(Mode.BACKFILL)
    record = scene.record(Phase.ON_DEMAND, held=Held(10, 5, ago(600), confirmed=True))
    shown = scene.twins(standby=5, on_demand=5, running=10)
    assert counts(Phase.ON_DEMAND, record, shown, [], NOW).standby == 0
    leaving = replace(shown, wanted=13, up=10, held=10)
    assert counts(Phase.ON_DEMAND, record, leaving, [], NOW).standby == 3
    rolling = replace(leaving, deployments=(*shown.deployments, *shown.deployments))
    assert counts(Phase.ON_DEMAND, record, rolling, [], NOW).standby == 0


def test_an_old_answer_without_running_tasks_does_not_hide_those_that_were_looked_at() -> None:
    scene = Scene(Mode.BACKFILL)
    record = scene.record(Phase.ON_DEMAND, held=Held(10, 6, ago(600), confirmed=True))
    shown = scene.twins(standby=6, on_demand=0, running=9)
    assert shown.standby is not None
    looked = replace(shown, wanted=9, up=9, held=9, standby=replace(shown.standby, wanted=6, up=2, held=2))
    assert counts(Phase.ON_DEMAND, record, shown, [], NOW).standby == 1
    assert counts(Phase.ON_DEMAND, record, looked, [], NOW).standby == 6


@pytest.mark.parametrize(("answered", "expected"), [(True, 2), (False, 6)])
def test_a_smaller_count_in_an_old_answer_makes_no_lowering_of_a_raise(answered: bool, expected: int) -> None:
    side = Side(2, 2, 2, sent=6, answered=answered)
    assert side.towards(4, other=10, demand=10) == expected
    assert side.towards(7, other=10, demand=10) == 7
    assert side.towards(0, other=10, demand=10) == 2


# --- surge ---


@pytest.mark.parametrize(("placed", "expected"), [(True, 12), (False, 10)])
def test_a_surge_needs_a_sign_that_there_is_capacity(placed: bool, expected: int) -> None:
    scene = Scene()
    scene.policy = replace(scene.policy, surge=Surge(tasks_per_interruption=1))
    rows = scene.evidence(INTERRUPTED, 5, count=2)
    rows += scene.evidence(EvidenceKind.SPOT_TASK_STARTED, 120, subject="task 9") if placed else []
    assert counts(Phase.STEADY, scene.record(), scene.observation(), rows, NOW).spot == expected


def test_a_surge_is_bounded_and_dropped_by_the_surplus_only() -> None:
    scene = Scene()
    scene.policy = replace(scene.policy, surge=Surge(tasks_per_interruption=3, max_tasks=4))
    rows = scene.evidence(INTERRUPTED, 5, count=2)
    rows += scene.evidence(EvidenceKind.SPOT_TASK_STARTED, 120, subject="task 9")
    assert counts(Phase.STEADY, scene.record(), scene.observation(), rows, NOW).spot == 14
    surged = scene.record(demand=10, held=Held(14, 0, ago(300), confirmed=True))
    for running, expected in [(10, 14), (12, 12), (14, 10)]:
        shown = scene.observation(scene.deployment(running=running, desired=14), desired=14)
        assert counts(Phase.STEADY, surged, shown, [], NOW).spot == expected
