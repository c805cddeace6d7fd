"""What the survey sees for itself: tasks that wait for capacity, and deficits without a word from ECS."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from spot_failover.domain.capacity import Strategy, StrategyItem
from spot_failover.domain.detection import CANNOT_START, NO_CAPACITY, is_short, seen_by_survey
from spot_failover.domain.evidence import EvidenceKind
from spot_failover.domain.policy import Thresholds
from spot_failover.domain.service import Observation, Rollout, ServiceEvent
from spot_failover.domain.tasks import Task
from tests.unit.domain.scene import NOW, Scene, ago

WAITING = EvidenceKind.SPOT_TASK_WAITING
DEFICIT = EvidenceKind.SPOT_DEFICIT


def task(name: str, seconds: float, status: str = "PENDING", **more: Any) -> Task:
    return Task(
        **{
            "arn": name,
            "capacity_provider": "FARGATE_SPOT",
            "last_status": status,
            "created_at": ago(seconds),
            **more,
        }
    )


def running(count: int) -> list[Task]:
    return [task(f"up {i}", 900, "RUNNING", started_at=ago(800)) for i in range(count)]


def seen(observation: Observation, tasks: list[Task]) -> list[EvidenceKind]:
    return [row.kind for row in seen_by_survey(observation, tasks, Thresholds(), NOW, "survey 1")]


def short(scene: Scene, *events: ServiceEvent, count: int = 9) -> Observation:
    return replace(scene.observation(scene.deployment(running=count)), events=events)


# --- D4 ---


@pytest.mark.parametrize("status", ["PROVISIONING", "PENDING"])
@pytest.mark.parametrize(("seconds", "expected"), [(180, []), (181, [WAITING])])
def test_one_task_that_waits_too_long_is_enough(
    scene: Scene, status: str, seconds: float, expected: list[EvidenceKind]
) -> None:
    assert seen(short(scene), [*running(9), task("late", seconds, status)]) == expected


def test_a_slow_image_is_not_spots_fault(scene: Scene) -> None:
    assert seen(short(scene), [*running(9), task("pulls", 600, pull_started_at=ago(500))]) == []


def test_a_task_that_waits_on_demand_is_not_spots_fault(scene: Scene) -> None:
    assert seen(short(scene), [*running(9), task("late", 600, capacity_provider="FARGATE")]) == [DEFICIT]


def test_the_reason_names_how_many_wait_and_how_long(scene: Scene) -> None:
    tasks = [*running(8), task("a", 200), task("b", 500)]
    rows = seen_by_survey(short(scene, count=8), tasks, Thresholds(), NOW, "survey 1")
    assert rows[0].reason == "2 tasks wait for Spot capacity, one for 500 s."
    assert (rows[0].time, rows[0].event_id) == (NOW, "survey 1")


# --- D5 ---


def test_tasks_that_ecs_does_not_even_start_are_a_silent_deficit(scene: Scene) -> None:
    assert seen(short(scene), running(9)) == [DEFICIT]


def test_tasks_on_their_way_are_none(scene: Scene) -> None:
    assert seen(short(scene), [*running(9), task("starts", 60)]) == []


def test_ecs_own_words_make_it_one_even_while_a_task_is_pending(scene: Scene) -> None:
    said = ServiceEvent(ago(299), f"(service web) was unable to place a task. Reason: {NO_CAPACITY}.")
    assert seen(short(scene, said), [*running(9), task("starts", 60)]) == [DEFICIT]
    old = replace(said, created_at=ago(301))
    assert seen(short(scene, old), [*running(9), task("starts", 60)]) == []


def test_what_is_missing_of_the_on_demand_share_is_not_spots_fault(scene: Scene) -> None:
    mixed = Strategy((StrategyItem("FARGATE", base=1), StrategyItem("FARGATE_SPOT", 1)))
    said = ServiceEvent(ago(10), NO_CAPACITY)
    shown = replace(scene.observation(scene.deployment(mixed, running=9)), events=(said,))
    assert seen(shown, running(9)) == []
    assert seen(shown, running(8)) == [DEFICIT]


def test_a_crash_loop_is_none(scene: Scene) -> None:
    crashes = ServiceEvent(ago(1200), f"(service web) {CANNOT_START}.")
    older = ServiceEvent(ago(1300), NO_CAPACITY)
    assert seen(short(scene, crashes, older), running(9)) == []


def test_a_rollout_is_none(scene: Scene) -> None:
    rolling = scene.observation(scene.deployment(running=9, rollout=Rollout.IN_PROGRESS))
    assert seen(rolling, running(9)) == []


# --- what is looked at ---


def test_only_services_on_spot_that_lack_tasks_are_looked_at(scene: Scene) -> None:
    assert not is_short(scene.observation())
    assert is_short(short(scene))
    assert is_short(scene.observation(pending=1))
    assert not is_short(scene.observation(scene.deployment(scene.on_demand, running=9)))
    assert not is_short(replace(short(scene), status="DRAINING"))


# --- which tasks hold ---


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"started_at": ago(30)}, True),
        ({"started_at": ago(29)}, False),
        ({"started_at": ago(1), "health": "HEALTHY"}, True),
        ({"started_at": ago(900), "health": "UNHEALTHY"}, False),
        ({"started_at": ago(1), "in_service": True}, True),
        ({"started_at": ago(900), "in_service": False}, False),
        ({"started_at": ago(900), "in_service": True, "health": "UNHEALTHY"}, False),
        ({"started_at": ago(900), "status": "PENDING"}, False),
    ],
)
def test_healthy_means_healthy(more: dict[str, Any], expected: bool) -> None:
    assert task("t", 1000, **{"status": "RUNNING", **more}).holds(NOW) is expected


def test_a_task_with_its_image_waits_for_nothing() -> None:
    assert task("t", 600, pull_started_at=ago(1)).waits(NOW) == timedelta()
