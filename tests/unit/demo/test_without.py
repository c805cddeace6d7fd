"""The same weather without the hub, in the model."""

from __future__ import annotations

from simulator.demo.cast import API, DRILLED, REPORTS, TOKYO_WEB, WEB, WORKER
from simulator.demo.without import without_hub
from tests.unit.demo.run_on_paper import FACTOR, Paper, at, good_ending


def test_a_drought_lasts_for_those_whom_nobody_moves() -> None:
    paper = Paper()
    paper.weather(WEB.region, 10, 0)
    paper.weather(WEB.region, 40, None)
    felt = without_hub(paper.recording, good_ending().before, 1, at(0), at(80))
    # From two minutes after the notice (the containers use them) to when Spot is back and has started half.
    assert 30 * FACTOR - 120 <= felt[WORKER].outage_seconds * FACTOR <= 30 * FACTOR + 600
    assert felt[WORKER].on_demand_seconds == 0
    assert felt[TOKYO_WEB].outage_seconds == felt[DRILLED].outage_seconds == 0


def test_containers_end_as_those_of_the_story_do() -> None:
    paper = Paper()
    paper.weather(WEB.region, 10, 0)
    felt = without_hub(paper.recording, good_ending().before, 1, at(0), at(40))
    outages = {key: round(felt[key].outage_seconds * FACTOR) for key in (API, REPORTS, WEB, WORKER)}
    # A load balancer drains at the notice; one that heeds SIGTERM takes 5 s, one that does not all of 120 s.
    drought = 30 * FACTOR
    assert outages == {API: drought, REPORTS: drought - 5, WEB: drought - 120, WORKER: drought - 120}


def test_a_shortage_of_one_size_is_felt_by_services_of_that_size() -> None:
    paper = Paper()
    paper.weather(WORKER.region, 10, 1, "512/1024")
    felt = without_hub(paper.recording, good_ending().before, 1, at(0), at(40))
    assert felt[WORKER].degraded_seconds > 0
    assert felt[WEB].degraded_seconds == 0
