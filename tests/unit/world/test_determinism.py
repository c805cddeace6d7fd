"""The same seed and the same calls give the same world; time only moves when it is told to."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from simulator.world import World
from tests.unit.world.stage import ON_DEMAND, REGION, START, Stage


def a_bad_day(seed: int) -> Stage:
    stage = Stage(seed=seed)
    stage.create("web", desired=12)
    stage.create("other", desired=5)
    stage.advance(300)
    stage.drought(capacity=6)
    stage.advance(900)
    stage.roll("web", capacityProviderStrategy=ON_DEMAND)
    stage.advance(600)
    stage.calm()
    stage.update("other", desiredCount=2)
    stage.advance(3600)
    return stage


def test_the_same_seed_tells_the_same_events_and_figures() -> None:
    first, second = a_bad_day(7), a_bad_day(7)

    assert first.events == second.events
    assert list(first.world.log) == list(second.world.log)
    assert len(first.events) > 100


def test_another_seed_tells_others() -> None:
    assert a_bad_day(7).events != a_bad_day(8).events


def test_one_long_step_and_many_short_ones_are_the_same(stage: Stage) -> None:
    other = Stage()
    for one in (stage, other):
        one.create(desired=5)

    stage.advance(600)
    for _ in range(2400):
        other.advance(0.25)

    assert stage.events == other.events


def test_advancing_to_the_same_moment_again_or_back_changes_nothing(stage: Stage) -> None:
    stage.create()
    stage.advance(100)
    told = list(stage.events)

    stage.world.advance(to=stage.world.now)
    stage.world.advance(to=START)

    assert stage.events == told
    assert stage.world.now == START + timedelta(seconds=100)


def test_an_event_is_emitted_at_its_moment_and_may_call_the_api() -> None:
    answers: list[tuple[str, str, int]] = []
    world: World

    def emit(event: dict[str, Any]) -> None:
        services = world.api("111111111111", REGION).describe_services(
            {"cluster": "main", "services": ["web"]}
        )
        running = services["services"][0]["runningCount"]
        answers.append((event["time"], world.now.strftime("%Y-%m-%dT%H:%M:%SZ"), running))

    world = World(seed=1, start=START, emit=emit, throttled=False)
    world.register_cluster("111111111111", REGION, "main")
    world.register_task_definition("111111111111", REGION, "web:1")
    world.api("111111111111", REGION).create_service(
        {
            "cluster": "main",
            "serviceName": "web",
            "taskDefinition": "web:1",
            "desiredCount": 3,
            "launchType": "FARGATE",
        }
    )
    world.advance(to=START + timedelta(seconds=300))

    assert all(told == now for told, now, _ in answers)
    assert answers[-1][2] == 3


def test_what_an_event_makes_its_receiver_do_is_told_too() -> None:
    told: list[str] = []
    world: World

    def emit(event: dict[str, Any]) -> None:
        told.append(event["detail"].get("eventName", ""))
        if event["detail"].get("eventName") == "SERVICE_TASK_PLACEMENT_FAILURE" and told.count(told[-1]) == 1:
            request = {"cluster": "main", "service": "web", "forceNewDeployment": True}
            world.api("111111111111", REGION).update_service(
                request | {"capacityProviderStrategy": ON_DEMAND}
            )

    world = World(seed=1, start=START, emit=emit)
    world.register_cluster("111111111111", REGION, "main")
    world.register_task_definition("111111111111", REGION, "web:1")
    world.weather.set(None, REGION, capacity=0)
    spot = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
    request = {"cluster": "main", "serviceName": "web", "taskDefinition": "web:1", "desiredCount": 2}
    world.api("111111111111", REGION).create_service(request | {"capacityProviderStrategy": spot})
    world.advance(to=START + timedelta(seconds=600))

    assert told.count("SERVICE_DEPLOYMENT_IN_PROGRESS") == 2
    assert told.count("SERVICE_DEPLOYMENT_COMPLETED") == 1


def test_the_next_transition_is_known_so_that_quiet_time_can_be_skipped(stage: Stage) -> None:
    assert stage.world.next_transition_at() is None

    stage.running(desired=1)

    following = stage.world.next_transition_at()
    assert following is not None
    stage.advance(20)
    following = stage.world.next_transition_at()
    assert following is not None
    assert following - stage.world.now > timedelta(hours=5)


def test_a_start_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        World(seed=1, start=datetime(2026, 1, 1))  # noqa: DTZ001 - the point of the test


def test_ninety_days_of_twenty_quiet_services_take_few_transitions(stage: Stage) -> None:
    for index in range(20):
        stage.create(f"web-{index}", desired=50)
    stage.advance(90 * 24 * 3600)

    per_day_and_service = len(stage.events) / 90 / 20
    assert per_day_and_service < 12


def test_what_a_driver_plans_happens_at_its_moment(stage: Stage) -> None:
    seen: list[float] = []
    stage.world.at(START + timedelta(seconds=90), lambda: seen.append(stage.seconds))

    stage.advance(300)

    assert seen == [90]
