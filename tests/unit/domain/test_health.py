"""How well Spot serves a service: the score, the counts of a reading, and when evidence is worth a query."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spot_failover.domain.capacity import Strategy, StrategyItem
from spot_failover.domain.evidence import EvidenceKind
from spot_failover.domain.health import health, health_score, needs_evidence
from spot_failover.domain.ledger import Reading
from spot_failover.domain.policy import Mode
from spot_failover.domain.record import Phase
from tests.unit.domain.scene import NOW, ON_DEMAND, Scene, ago

MIXED = Strategy((StrategyItem("FARGATE", 1, base=2), StrategyItem("FARGATE_SPOT", 3)))


@pytest.mark.parametrize(
    ("errors", "pending", "started", "score"),
    [
        (0, 0, 0, 100),
        (1, 0, 0, 90),
        (0, 1, 0, 95),
        (2, 3, 4, 100 - 20 - 15 + 8),
        (0, 0, 10, 100),
        (3, 0, 100, 100),
        (11, 0, 0, 0),
        (0, 21, 0, 0),
    ],
)
def test_the_score_is_a_hundred_less_errors_and_pending_tasks_plus_successes(
    errors: int, pending: int, started: int, score: int
) -> None:
    assert health_score(errors, pending, started) == score


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.integers(0, 10_000))
def test_the_score_stays_between_0_and_100_and_errors_never_raise_it(
    errors: int, pending: int, started: int
) -> None:
    score = health_score(errors, pending, started)
    assert 0 <= score <= 100
    assert health_score(errors + 1, pending, started) <= score
    assert health_score(errors, pending + 1, started) <= score
    assert health_score(errors, pending, started + 1) >= score


def test_errors_of_five_minutes_count_by_task_and_older_ones_do_not() -> None:
    scene = Scene()
    notice = scene.evidence(EvidenceKind.SPOT_INTERRUPTION, 60)
    stop = [replace(notice[0], event_id="stop", time=ago(10), stopped=True)]
    old = scene.evidence(EvidenceKind.SPOT_PLACEMENT_FAILURE, 301)
    started = scene.evidence(EvidenceKind.SPOT_TASK_STARTED, 5)

    said = health(scene.record(), scene.observation(), [*notice, *stop, *old, *started], NOW)

    assert (said.errors, said.reading.score) == (1, 92)


def test_a_stop_inside_the_window_is_no_error_where_its_notice_lies_before_it() -> None:
    scene = Scene()
    notice = scene.evidence(EvidenceKind.SPOT_INTERRUPTION, 330)
    stop = replace(notice[0], event_id="stop", time=ago(230), stopped=True)

    assert health(scene.record(), scene.observation(), [*notice, stop], NOW).errors == 0


def test_pending_tasks_count_only_while_the_service_is_on_spot() -> None:
    scene = Scene()
    on_demand = scene.observation(scene.deployment(ON_DEMAND), pending=4)

    assert health(scene.record(), scene.observation(pending=4), [], NOW).reading.score == 80
    assert health(scene.record(Phase.ON_DEMAND), on_demand, [], NOW).reading.score == 100


@pytest.mark.parametrize(
    ("strategy", "desired", "running", "spot", "on_demand"),
    [
        (Scene.spot, 10, 10, 10, 0),
        (Scene.on_demand, 10, 10, 0, 10),
        (Strategy(), 10, 10, 0, 10),  # a plain launch type
        (MIXED, 10, 10, 6, 4),
        (MIXED, 10, 5, 1, 4),  # what is missing is Spot's
        (MIXED, 10, 3, 0, 3),
        (MIXED, 0, 4, 1, 3),  # an old deployment on its way out
    ],
)
def test_running_tasks_are_split_by_the_strategy(
    strategy: Strategy, desired: int, running: int, spot: int, on_demand: int
) -> None:
    scene = Scene()
    shown = scene.observation(scene.deployment(strategy, running=running, desired=desired))

    reading = health(scene.record(), shown, [], NOW).reading

    assert (reading.spot, reading.on_demand) == (spot, on_demand)


def test_tasks_of_every_deployment_count_by_their_own_strategy() -> None:
    scene = Scene()
    shown = scene.observation(scene.deployment(ON_DEMAND, running=3), scene.deployment(running=7))

    reading = health(scene.record(Phase.FAILING_OVER), shown, [], NOW).reading

    assert (reading.spot, reading.on_demand) == (7, 3)


def test_a_service_without_deployments_counts_by_its_own_strategy() -> None:
    scene = Scene()
    shown = replace(scene.observation(), deployments=(), running=9, own_strategy=Scene.spot)

    assert health(scene.record(), shown, [], NOW).reading == Reading(9, 0, 10, 9, 100)


def test_a_standby_serves_beside_its_service() -> None:
    scene = Scene(Mode.STANDBY)
    shown = scene.twins(desired=4, running=4, standby=6, on_demand=5)
    record = scene.record(Phase.ON_DEMAND, demand=10)

    assert health(record, shown, [], NOW).reading == Reading(4, 5, demand=10, healthy=9, score=100)


def test_tasks_with_notice_run_but_are_not_healthy() -> None:
    scene = Scene()
    noticed = scene.evidence(EvidenceKind.SPOT_INTERRUPTION, 20, count=3)

    reading = health(scene.record(), scene.observation(), noticed, NOW).reading

    assert (reading.spot, reading.healthy) == (10, 7)


# --- when evidence is read ---


def test_a_calm_service_needs_no_query() -> None:
    scene = Scene()
    assert not needs_evidence(scene.record(), scene.observation(), NOW)


@pytest.mark.parametrize(("running", "pending"), [(9, 0), (10, 1)])
def test_a_service_that_is_short_or_has_pending_tasks_needs_one(running: int, pending: int) -> None:
    scene = Scene()
    shown = scene.observation(scene.deployment(running=running), pending=pending)
    assert needs_evidence(scene.record(), shown, NOW)


@pytest.mark.parametrize(("seconds", "needed"), [(299, True), (300, True), (301, False)])
def test_a_service_that_spot_failed_within_five_minutes_needs_one(seconds: float, needed: bool) -> None:
    scene = Scene()
    record = scene.record(Phase.ON_DEMAND, errors_at=ago(seconds))
    assert needs_evidence(record, scene.observation(scene.deployment(ON_DEMAND)), NOW) is needed


# --- failovers and tries of the day ---


def test_failovers_of_the_last_day_are_counted() -> None:
    scene = Scene()
    record = scene.record(failovers=(NOW - timedelta(hours=25), ago(7200), ago(60)))
    assert health(record, scene.observation(), [], NOW).failovers_today == 2


def test_single_tasks_that_backfill_replaces_are_no_failovers() -> None:
    scene = Scene(Mode.BACKFILL)
    record = scene.record(failovers=(ago(7200), ago(60)), falls=(ago(60),))
    assert health(record, scene.twins(), [], NOW).failovers_today == 1


@pytest.mark.parametrize(
    ("phase", "tries", "used_up"),
    [(Phase.ON_DEMAND, 4, True), (Phase.ON_DEMAND, 3, False), (Phase.STEADY, 4, False)],
)
def test_restores_are_used_up_only_while_the_service_waits_for_one(
    phase: Phase, tries: int, used_up: bool
) -> None:
    scene = Scene()
    record = scene.record(phase, restores=tuple(ago(3600 * hour) for hour in range(1, tries + 1)))
    assert health(record, scene.observation(), [], NOW).restores_used_up is used_up


@pytest.mark.parametrize("phase", list(Phase))
def test_whatever_is_not_steady_is_a_failover_that_is_active(phase: Phase) -> None:
    scene = Scene()
    said = health(scene.record(phase), scene.observation(), [], NOW)
    assert said.failover_active is (phase is not Phase.STEADY)
