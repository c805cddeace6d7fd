from simulator.demo.cast import API, REPORTS, STANDBYS
from simulator.world import Sample
from spot_failover.domain.record import Phase
from tests.unit.demo.run_on_paper import Paper, at


def test_a_service_and_its_standby_are_added_up_and_kept_apart() -> None:
    paper = Paper()
    paper.tasks(API, 0, 3, 0, serving=3)
    paper.standby(API, 1, 2)
    assert paper.recording.samples[-1] == Sample(at(1), API, 3, 2, 5, 4)
    assert [sample.key for sample in paper.recording.apart] == [API, STANDBYS[API]]


def test_a_service_alone_is_as_it_is() -> None:
    paper = Paper()
    paper.tasks(REPORTS, 0, 3, 0, serving=3)
    assert paper.recording.samples == [Sample(at(0), REPORTS, 3, 0, 3, 4)]
    assert paper.recording.apart == []


def test_a_standby_that_is_seen_first_waits_for_its_service() -> None:
    paper = Paper()
    paper.standby(API, 0, 0)
    assert paper.recording.samples == []


def test_the_demand_is_what_the_hub_remembers_while_it_holds_the_count() -> None:
    paper = Paper()
    paper.phase(API, 0, Phase.FAILING_OVER, demand=4)
    paper.standby(API, 1, 4)
    paper.tasks(API, 2, 0, 0, serving=0, desired=0)
    assert paper.recording.samples[-1] == Sample(at(2), API, 0, 4, 4, 4)
