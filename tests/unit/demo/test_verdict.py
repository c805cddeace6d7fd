from collections.abc import Callable
from dataclasses import replace

import pytest

from simulator.demo.cast import API, DRILLED, REPORTS, TOKYO_WEB, WEB
from simulator.demo.ending import Ending
from simulator.demo.figures import failovers
from simulator.demo.recording import Call
from simulator.demo.verdict import checks, failures
from spot_failover.domain.evidence import EvidenceKind
from spot_failover.domain.record import Phase
from tests.unit.demo.run_on_paper import HUB_ROLE, SHAPE, Paper, at, felt_by_all, good_ending

END = at(120)


def told(paper: Paper, ending: Ending) -> str:
    found = failovers(paper.recording, END)
    return " ".join(failures(checks(paper.recording, found, felt_by_all(), ending, at(0), END)))


def test_the_story_as_it_should_be_holds(paper: Paper) -> None:
    assert told(paper, good_ending()) == ""


def touch_reports(paper: Paper) -> None:
    paper.recording.calls.append(Call(at(12), REPORTS, "UpdateService", HUB_ROLE, ""))


def lose_a_task_in_the_failed_restore(paper: Paper) -> None:
    paper.tasks(TOKYO_WEB, 53, 0, 1, serving=1)
    paper.tasks(TOKYO_WEB, 55, 0, 4, serving=4)
    paper.recording.samples.sort(key=lambda sample: sample.at)


def lose_a_task_in_the_drill(paper: Paper) -> None:
    paper.tasks(DRILLED, 31, 0, 0, serving=0)
    paper.recording.samples.sort(key=lambda sample: sample.at)


def say_nothing(paper: Paper) -> None:
    paper.recording.messages.clear()


def fail_over_again(paper: Paper) -> None:
    paper.failover(WEB, 100)


def stay_on_demand(paper: Paper) -> None:
    paper.failover(API, 100)


def come_up_late(paper: Paper) -> None:
    samples = paper.recording.samples
    [late] = [sample for sample in samples if sample.key == WEB and sample.at == at(15)]
    samples[samples.index(late)] = replace(late, at=at(34))


def act_in_calm(paper: Paper) -> None:
    paper.recording.weather = [weather for weather in paper.recording.weather if weather.region != WEB.region]


def leave_an_error(paper: Paper) -> None:
    state = paper.recording.state(API)
    assert state is not None
    paper.recording.states.append(replace(state, last_error="Access was denied."))


def leave_a_count_held(paper: Paper) -> None:
    state = paper.recording.state(API)
    assert state is not None
    paper.recording.states.append(replace(state, holds=True))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (touch_reports, "shop/reports, which nobody registered, was left alone: no"),
        (lose_a_task_in_the_failed_restore, "without losing a task: no, tasks were missing for 60 s"),
        (lose_a_task_in_the_drill, "The drill cost nobody a task: no"),
        (say_nothing, "Every change of phase came through the alert topic: no"),
        (
            fail_over_again,
            "came back: no, drought in 120 s, drought in 120 s; not restored; expected: drought.",
        ),
        (stay_on_demand, "eu-central-1 shop/api (standby) failed over within 600 s and came back: no"),
        (come_up_late, "drought in 690 s; restored"),
        (act_in_calm, "moved without a drought: eu-central-1 shop/web"),
        (leave_an_error, "eu-central-1 shop/api is recorded as"),
        (leave_a_count_held, "eu-central-1 shop/api is recorded as"),
    ],
)
def test_a_story_that_went_wrong_says_where(paper: Paper, spoil: Callable[[Paper], None], words: str) -> None:
    spoil(paper)
    assert words in told(paper, good_ending())


def test_a_strategy_that_was_not_put_back_fails_the_demo(paper: Paper) -> None:
    on_demand = replace(SHAPE, strategy=(("FARGATE", 10, 0),))
    ending = replace(good_ending(), after={**good_ending().after, WEB: on_demand})
    assert "eu-central-1 shop/web is Shape(strategy=(('FARGATE', 10, 0),)" in told(paper, ending)


def test_a_dead_letter_fails_the_demo(paper: Paper) -> None:
    ending = replace(good_ending(), dead_letters={"hub work": 2, "hub control": 0})
    assert "Every dead-letter queue is empty: no, hub work: 2." in told(paper, ending)


def test_a_denied_call_fails_the_demo(paper: Paper) -> None:
    ending = replace(good_ending(), denials=("Someone may not do something.",))
    assert "Someone may not do something." in told(paper, ending)


def test_a_drought_that_nobody_noticed_fails_the_demo() -> None:
    paper = Paper()
    paper.phase(WEB, 0, Phase.STEADY)
    paper.event(WEB, 5, EvidenceKind.SPOT_PLACEMENT_FAILURE)
    assert "no failover; not restored" in told(paper, good_ending())
