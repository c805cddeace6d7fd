"""Counting evidence: by task, by time, never by message."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from spot_failover.domain.evidence import Evidence, EvidenceKind, Tally, tally
from tests.unit.domain.scene import NOW, Scene, ago

INTERRUPTION = EvidenceKind.SPOT_INTERRUPTION
WINDOW = ago(300)


def counted(*rows: Evidence) -> Tally:
    return tally(rows, since=WINDOW, now=NOW)


def test_four_events_of_one_interruption_count_once(scene: Scene) -> None:
    [notice] = scene.evidence(INTERRUPTION, seconds=130)
    follow_ups = [
        replace(notice, time=ago(s), event_id=f"follow-up {s}", stopped=s == 5) for s in (20, 10, 5)
    ]
    assert counted(notice, *follow_ups).interruptions == 1


def test_a_follow_up_inside_the_window_does_not_make_an_old_interruption_new(scene: Scene) -> None:
    [notice] = scene.evidence(INTERRUPTION, seconds=310)
    assert (
        counted(notice, replace(notice, time=ago(200), event_id="stopped", stopped=True)).interruptions == 0
    )


def test_a_task_is_noticed_until_its_stop_is_seen(scene: Scene) -> None:
    first, second = scene.evidence(INTERRUPTION, seconds=30, count=2)
    assert counted(first, second).noticed == 2
    assert counted(first, second, replace(first, event_id="stop", time=ago(1), stopped=True)).noticed == 1


def test_a_notice_whose_stop_was_lost_is_over_three_minutes_later(scene: Scene) -> None:
    assert counted(*scene.evidence(INTERRUPTION, seconds=180)).noticed == 1
    assert counted(*scene.evidence(INTERRUPTION, seconds=181)).noticed == 0


def test_a_drill_is_no_notice_because_no_task_is_being_taken_back(scene: Scene) -> None:
    assert counted(*scene.evidence(INTERRUPTION, drill=True)) == Tally(
        interruptions=1, drill=True, latest=scene.evidence(INTERRUPTION, drill=True)[0]
    )


def test_a_failed_start_counts_only_when_it_names_missing_capacity(scene: Scene) -> None:
    failed = EvidenceKind.SPOT_TASK_START_FAILED
    assert counted(*scene.evidence(failed, count=3)).errors == 0
    assert counted(*scene.evidence(failed, count=3, lacks_capacity=True)).capacity_failures == 3


def test_a_task_that_started_is_no_error(scene: Scene) -> None:
    seen = counted(*scene.evidence(EvidenceKind.SPOT_TASK_STARTED, count=4))
    assert (seen.started, seen.errors, seen.latest) == (4, 0, None)


def test_rows_older_than_the_window_never_count(scene: Scene) -> None:
    assert counted(*scene.evidence(seconds=300)).errors == 0
    assert counted(*scene.evidence(seconds=299)).errors == 1


rows = st.lists(
    st.builds(
        Evidence,
        kind=st.sampled_from(EvidenceKind),
        time=st.integers(0, 600).map(lambda seconds: NOW - timedelta(seconds=seconds)),
        event_id=st.uuids().map(str),
        subject=st.sampled_from(["task 1", "task 2", "task 3"]),
        lacks_capacity=st.booleans(),
        stopped=st.booleans(),
    ),
    max_size=12,
    unique_by=lambda row: row.event_id,  # an id stands for one event, so for one content
)


@given(rows, st.data())
def test_order_and_repetition_of_events_change_no_count(
    evidence: list[Evidence], data: st.DataObject
) -> None:
    distinct = list(dict.fromkeys(evidence))
    repeated = [*distinct, *data.draw(st.lists(st.sampled_from(distinct)) if distinct else st.just([]))]
    shuffled = data.draw(st.permutations(repeated))
    expected = counted(*sorted(distinct, key=repr))
    assert replace(counted(*shuffled), latest=None) == replace(expected, latest=None)
