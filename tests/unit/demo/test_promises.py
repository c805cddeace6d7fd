"""Stories in which a mode breaks its promise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from simulator.demo.cast import API, DRILLED, STANDBYS, WEB, WORKER
from simulator.demo.figures import Feeling, Felt
from simulator.demo.promises import Check, promises
from spot_failover.domain.evidence import EvidenceKind
from tests.unit.demo.run_on_paper import Paper, at, felt_by_all

END = at(120)


def check(paper: Paper, words: str, rows: list[Felt] | None = None) -> Check:
    [found] = [
        each for each in promises(paper.recording, rows or felt_by_all(), at(1), END) if words in each.name
    ]
    return found


def broken(paper: Paper, words: str, rows: list[Felt] | None = None) -> str:
    found = check(paper, words, rows)
    assert not found.ok
    return found.found


def test_a_story_as_it_should_be_keeps_them(paper: Paper) -> None:
    assert [each for each in promises(paper.recording, felt_by_all(), at(1), END) if not each.ok] == []


def test_a_rollout_in_calm_weather_must_take_no_task_away(paper: Paper) -> None:
    samples = paper.recording.samples
    [back] = [sample for sample in samples if sample.key == WEB and sample.at == at(54)]
    samples.insert(samples.index(back), replace(back, at=at(53), spot_running=1, serving=3))
    assert broken(paper, "no rollout") == "1 tasks were missing (eu-central-1 shop/web, restoring)"


@pytest.mark.parametrize(("since", "until"), [(51, 100), (45, 49)], ids=["meanwhile", "noticed before"])
def test_what_spot_takes_away_is_not_held_against_a_rollout(paper: Paper, since: float, until: float) -> None:
    samples = paper.recording.samples
    [back] = [sample for sample in samples if sample.key == WEB and sample.at == at(54)]
    samples.insert(samples.index(back), replace(back, at=at(53), spot_running=1, serving=3))
    paper.weather(WEB.region, since, 0)
    paper.weather(WEB.region, until, None)
    assert check(paper, "no rollout").ok


def test_a_spot_service_must_not_give_way_before_the_standby_serves(paper: Paper) -> None:
    paper.standby(API, 81, 2, 4)
    paper.tasks(API, 82, 4, 0, serving=4, desired=1)
    assert broken(paper, "Mode standby") == "api went from 4 to 1 at 12:01:22, which left 3 of 4"


def test_a_standby_must_not_give_way_before_spot_serves(paper: Paper) -> None:
    paper.tasks(WORKER, 80, 2, 0, serving=2)
    paper.standby(WORKER, 81, 2)
    paper.standby(WORKER, 82, 2, 1)
    assert broken(paper, "Mode backfill: no call") == (
        "worker-on-demand went from 2 to 1 at 12:01:22, which left 3 of 4"
    )


def test_tasks_that_spot_takes_meanwhile_are_no_fault_of_a_lower_count(paper: Paper) -> None:
    paper.tasks(WORKER, 80, 2, 0, serving=2)
    paper.standby(WORKER, 81, 3)
    paper.standby(WORKER, 82, 3, 2)
    assert check(paper, "Mode backfill: no call").ok


def test_backfill_must_not_ask_for_tasks_that_spot_runs(paper: Paper) -> None:
    paper.tasks(WORKER, 80, 2, 0, serving=2)
    paper.standby(WORKER, 90, 1, 3)
    assert broken(paper, "asked for") == "it asked for 3 at 12:01:30, when Spot lacked 2"


def test_a_task_lacks_from_its_notice_on(paper: Paper) -> None:
    paper.tasks(WORKER, 80, 2, 0, serving=2)
    paper.event(WORKER, 89, EvidenceKind.SPOT_INTERRUPTION, task="task/1")
    paper.event(WORKER, 89.5, EvidenceKind.SPOT_INTERRUPTION, task="task/1")
    paper.standby(WORKER, 90, 1, 3)
    assert check(paper, "asked for").ok


def test_a_notice_counts_for_two_minutes(paper: Paper) -> None:
    paper.tasks(WORKER, 80, 2, 0, serving=2)
    paper.event(WORKER, 85, EvidenceKind.SPOT_INTERRUPTION, task="task/1")
    paper.standby(WORKER, 90, 1, 3)
    assert not check(paper, "asked for").ok


def test_what_a_pass_saw_may_be_a_moment_old(paper: Paper) -> None:
    paper.tasks(WORKER, 80, 1, 0, serving=1)
    paper.tasks(WORKER, 89, 2, 0, serving=2)
    paper.standby(WORKER, 90, 1, 3)
    assert check(paper, "asked for").ok


def test_tasks_on_demand_beside_those_of_spot_are_told(paper: Paper) -> None:
    # 4 from the 15th second to the 69.5th, 3 of them too many from the 54th on; one all other time.
    ran, beyond = 4 * 54.5 + 64.5, 3 * 15.5
    found = check(paper, "asked for").found
    assert found.startswith(f"at most 4; {ran / 2:.0f} task minutes of AWS, {beyond / 2:.0f} of them")


def test_a_demand_that_changed_is_told(paper: Paper) -> None:
    paper.tasks(API, 100, 4, 0, serving=4, desired=6)
    assert broken(paper, "The demand") == "eu-central-1 shop/api: [4, 6]"


def test_a_service_that_would_have_been_better_off_alone_is_told(paper: Paper) -> None:
    rows = {row.key: row for row in felt_by_all()}
    rows[WORKER] = replace(rows[WORKER], users=rows[WORKER].without)
    assert broken(paper, "better off", list(rows.values())) == (
        "eu-central-1 shop/worker: 80.0%, without it 80.0%"
    )


def test_a_service_that_no_drought_met_must_not_lose_by_the_hub_either(paper: Paper) -> None:
    rows = {row.key: row for row in felt_by_all()}
    rows[DRILLED] = replace(rows[DRILLED], users=Feeling(60, 60, 0.3, 0.98))
    assert broken(paper, "better off", list(rows.values())).endswith("98.0%, without it 100.0%")


def test_a_pair_of_which_one_is_unknown_yet_has_no_step() -> None:
    paper = Paper()
    paper.tasks(WORKER, 0, 4, 0, serving=4)
    paper.tasks(STANDBYS[WORKER], 1, 0, 0, serving=0, desired=0)
    assert "a count was lowered 0 times" in broken(paper, "Mode backfill: no call")
