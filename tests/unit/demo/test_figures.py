from dataclasses import replace

import pytest

from simulator.demo.cast import API, DRILLED, REPORTS, TOKYO_WEB, WEB, WORKER
from simulator.demo.figures import Cause, Failover, Feeling, failovers, felt
from simulator.demo.recording import between
from simulator.world import ServiceKey
from simulator.world.figures import Figures
from spot_failover.domain.evidence import EvidenceKind
from spot_failover.domain.record import Phase
from tests.unit.demo.run_on_paper import Paper, at

END = at(120)


def of(paper: Paper, key: ServiceKey) -> list[Failover]:
    return [failover for failover in failovers(paper.recording, END) if failover.key == key]


def test_the_hubs_own_time_is_given_in_real_seconds_from_the_first_event_on_its_bus(paper: Paper) -> None:
    [failover] = of(paper, WEB)
    assert (failover.detected_seconds, failover.called_seconds) == (0.5, 1.0)


def test_what_the_world_does_is_given_in_the_seconds_it_takes_on_aws(paper: Paper) -> None:
    [failover] = of(paper, WEB)
    assert failover.up_seconds == 4 * 30
    assert (failover.outage_seconds, failover.degraded_seconds) == (5 * 30, 5 * 30)


def test_a_failover_ends_where_the_service_is_back_on_spot(paper: Paper) -> None:
    [failover] = of(paper, WEB)
    assert (failover.on_demand, failover.restored) == (at(16), at(70))


def test_calls_are_counted_from_the_event_to_the_update(paper: Paper) -> None:
    paper.call(WEB, 9, "DescribeServices")
    paper.call(WEB, 40, "DescribeServices")
    paper.call(WEB, 10.7, "DescribeServices", principal="arn:aws:iam::222222222222:root")
    [failover] = of(paper, WEB)
    assert (failover.describes, failover.updates) == (1, 1)


def test_a_failed_restore_is_a_failover_of_its_own_whose_tasks_never_left(paper: Paper) -> None:
    first, second = of(paper, TOKYO_WEB)
    assert (first.cause, first.restored) == (Cause.DROUGHT, None)
    assert (second.cause, second.up_seconds, second.outage_seconds) == (Cause.FAILED_RESTORE, 0, 0)
    assert (second.began, second.restored) == (at(51), at(110))


def test_a_drill_is_told_from_a_drought(paper: Paper) -> None:
    [failover] = of(paper, DRILLED)
    assert (failover.cause, failover.outage_seconds) == (Cause.DRILL, 0)


def test_the_second_event_of_an_interruption_is_not_where_a_failover_begins() -> None:
    paper = Paper()
    paper.tasks(WEB, 0, 4, 0, serving=4)
    paper.phase(WEB, 0, Phase.STEADY)
    paper.event(WEB, 5, EvidenceKind.SPOT_INTERRUPTION, task="task/1")
    paper.phase(WEB, 6, Phase.STEADY)
    paper.event(WEB, 9, EvidenceKind.SPOT_INTERRUPTION, task="task/1")
    paper.event(WEB, 10, EvidenceKind.SPOT_PLACEMENT_FAILURE)
    paper.phase(WEB, 11, Phase.FAILING_OVER)
    [failover] = of(paper, WEB)
    assert failover.began == at(10)


def test_what_did_not_happen_is_left_open() -> None:
    paper = Paper()
    paper.tasks(WEB, 0, 4, 0, serving=4)
    paper.phase(WEB, 0, Phase.STEADY)
    paper.phase(WEB, 11, Phase.FAILING_OVER)
    [failover] = of(paper, WEB)
    assert (failover.called_seconds, failover.up_seconds, failover.on_demand, failover.restored) == (
        None,
        None,
        None,
        None,
    )
    assert failover.detected_seconds == 0


def test_the_decision_is_told_in_the_words_of_its_audit_event(paper: Paper) -> None:
    assert [failover.reason for failover in of(paper, TOKYO_WEB)] == ["Spot failed.", "The restore failed."]


@pytest.mark.parametrize(
    ("key", "outage", "availability"),
    [(WEB, 150.0, 1 - 5 / 120), (WORKER, 150.0, 1 - 5 / 120), (REPORTS, 0.0, 1.0)],
)
def test_what_users_felt_spans_the_whole_story(
    paper: Paper, key: ServiceKey, outage: float, availability: float
) -> None:
    without = Figures(seconds=120, outage_seconds=30, spot_seconds=1, on_demand_seconds=3)
    row = felt(paper.recording, key, at(0), END, without)
    assert row.users.outage_seconds == outage
    assert row.users.availability == pytest.approx(availability)
    assert row.without == Feeling(900, 0, 0.75, 0.75)


def test_a_call_about_a_service_and_its_standby_is_one_call(paper: Paper) -> None:
    for key in (API, WORKER):
        [failover] = of(paper, key)
        assert (failover.describes, failover.updates) == (1, 1)


def test_a_standby_is_up_when_it_runs_as_many_as_were_asked_for(paper: Paper) -> None:
    paper.recording.calls = [
        replace(call, desired=1) if call.desired else call for call in paper.recording.calls
    ]
    assert [failover.up_seconds for failover in of(paper, WORKER)] == [0]
    assert [failover.up_seconds for failover in of(paper, API)] == [4 * 30]


def test_more_tasks_that_go_missing_are_no_failover_of_their_own_in_mode_backfill(paper: Paper) -> None:
    for seconds, phase in ((17, Phase.FAILING_OVER), (18, Phase.ON_DEMAND)):
        paper.phase(WORKER, seconds, phase)
    paper.recording.states.sort(key=lambda state: state.since)
    [failover] = of(paper, WORKER)
    assert (failover.began, failover.restored) == (at(10), at(70))


def test_the_samples_of_a_time_begin_with_the_one_that_held_and_end_before_its_end() -> None:
    paper = Paper()
    for seconds in (0, 1, 2, 3):
        paper.tasks(WEB, seconds, 4, 0, serving=4)
        paper.tasks(REPORTS, seconds, 4, 0, serving=4)
    for start in (1, 1.5):
        found = between(paper.recording.samples, WEB, at(start), at(3))
        assert [(sample.key, sample.at) for sample in found] == [(WEB, at(1)), (WEB, at(2))]
