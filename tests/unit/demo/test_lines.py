from simulator.demo.cast import REPORTS, WEB
from simulator.demo.lines import About, Teller, body, head, plain
from spot_failover.domain.evidence import EvidenceKind
from spot_failover.domain.record import Phase
from tests.unit.demo.run_on_paper import Paper, at


def on_paper() -> tuple[Paper, Teller]:
    paper = Paper()
    paper.tasks(WEB, 0, 4, 0, serving=4)
    paper.phase(WEB, 0, Phase.STEADY, "4 of 4 tasks are running.")
    teller = Teller(paper.recording)
    teller.fresh(at(1))
    return paper, teller


def words(teller: Teller) -> list[str]:
    return [line.words for line in teller.fresh(at(60))]


def test_a_line_holds_time_place_tasks_phase_and_reason() -> None:
    paper, teller = on_paper()
    paper.tasks(WEB, 5, 1, 2, serving=3)
    paper.phase(WEB, 6, Phase.FAILING_OVER, "Spot failed.")
    [line] = teller.fresh(at(7))
    assert plain(line) == (
        "12:00:07  222222222222 eu-central-1 shop/web  "
        "Spot 1 on-demand 2 serving 3 of 4  failing_over: Spot failed."
    )


def test_a_terminal_gets_tasks_and_reason_below_the_phase() -> None:
    paper, teller = on_paper()
    paper.phase(WEB, 6, Phase.FAILING_OVER, "Spot failed.")
    [line] = teller.fresh(at(7))
    assert head(line).plain == "12:00:07  eu-central-1 shop/web  failing_over"
    assert body(line).plain == "Spot 4 on-demand 0 serving 4 of 4 | Spot failed."


def test_nothing_is_told_twice() -> None:
    paper, teller = on_paper()
    paper.phase(WEB, 6, Phase.FAILING_OVER, "Spot failed.")
    assert words(teller) == ["Spot failed."]
    assert words(teller) == []


def test_an_interruption_that_comes_in_four_events_is_told_once() -> None:
    paper, teller = on_paper()
    for seconds in (5, 6, 7, 8):
        paper.event(WEB, seconds, EvidenceKind.SPOT_INTERRUPTION, task="task/1")
    paper.event(WEB, 5, EvidenceKind.SPOT_INTERRUPTION, task="task/2")
    assert words(teller) == ["2 interruption notices came in."]
    paper.event(WEB, 9, EvidenceKind.SPOT_INTERRUPTION, task="task/1")
    assert words(teller) == []


def test_a_placement_failure_is_told_once_for_each_weather() -> None:
    paper, teller = on_paper()
    paper.event(WEB, 5, EvidenceKind.SPOT_PLACEMENT_FAILURE)
    assert words(teller) == ["1 placement failure came in."]
    paper.event(WEB, 6, EvidenceKind.SPOT_PLACEMENT_FAILURE)
    assert words(teller) == []
    paper.weather(WEB.region, 7, 0)
    paper.event(WEB, 8, EvidenceKind.SPOT_PLACEMENT_FAILURE)
    assert words(teller) == ["1 placement failure came in."]


def test_a_started_task_is_no_news() -> None:
    paper, teller = on_paper()
    paper.event(WEB, 5, EvidenceKind.SPOT_TASK_STARTED, task="task/1")
    assert words(teller) == []


def test_the_decision_is_told_even_where_the_table_already_shows_the_next_reason() -> None:
    paper, teller = on_paper()
    paper.phase(WEB, 6, Phase.FAILING_OVER, "Spot failed.")
    paper.recording.states.pop()
    paper.phase(WEB, 6, Phase.FAILING_OVER, "0 of 4 on-demand tasks are running.")
    paper.recording.messages.pop()
    lines = teller.fresh(at(7))
    assert [(line.about, line.words) for line in lines] == [
        (About.PHASE, "Spot failed."),
        (About.REASON, "0 of 4 on-demand tasks are running."),
    ]


def test_a_service_that_nobody_registered_is_named_as_such() -> None:
    paper, teller = on_paper()
    paper.tasks(REPORTS, 0, 0, 0, serving=2, desired=2)
    paper.event(REPORTS, 5, EvidenceKind.SPOT_INTERRUPTION, task="task/9")
    [line] = teller.fresh(at(6))
    assert plain(line).endswith("serving 2 of 2  not registered: 1 interruption notice came in.")
