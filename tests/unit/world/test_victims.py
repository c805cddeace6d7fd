"""Which tasks go at a scale-in: any choice of ECS must be expected."""

import pytest

from simulator.world import Victims
from tests.unit.world.stage import ACCOUNT, CLUSTER, REGION, Stage, key


def arns(stage: Stage) -> set[str]:
    return {task["taskArn"] for task in stage.tasks()}


def two_generations(stage: Stage, victims: Victims) -> tuple[set[str], set[str]]:
    """Have four tasks that run for long, and four that run since now."""
    stage.world.behaviours.victims = victims
    stage.running(desired=4)
    stage.advance(3600)
    old = arns(stage)
    stage.update(desiredCount=8)
    stage.until(lambda: stage.counts() == (8, 0))
    return old, arns(stage) - old


@pytest.mark.parametrize("victims", [Victims.OLDEST, Victims.NEWEST])
def test_the_oldest_or_the_newest_go(stage: Stage, victims: Victims) -> None:
    old, new = two_generations(stage, victims)

    stage.update(desiredCount=4)
    stage.advance(5)

    assert arns(stage) == (new if victims is Victims.OLDEST else old)


def test_tasks_that_are_only_starting_may_go_first(stage: Stage) -> None:
    stage.world.behaviours.victims = Victims.STARTING_FIRST
    stage.running(desired=4)
    running = arns(stage)
    stage.update(desiredCount=8)
    stage.advance(10)

    stage.update(desiredCount=4)
    stage.advance(5)

    assert arns(stage) == running


def test_running_tasks_may_go_while_others_are_only_starting() -> None:
    lost = 0
    for seed in range(10):
        stage = Stage(seed=seed)
        stage.world.behaviours.victims = Victims.ANY
        stage.running(desired=4)
        stage.update(desiredCount=8)
        stage.advance(10)
        stage.update(desiredCount=4)
        stage.advance(5)
        lost += 4 - stage.counts()[0]

    assert lost >= 10


def test_without_a_choice_each_service_gets_one_from_the_seed_and_keeps_it() -> None:
    drawn = set()
    for seed in range(20):
        behaviours = Stage(seed=seed).world.behaviours
        chosen = behaviours.victims_of(key())
        assert behaviours.victims_of(key()) is chosen
        drawn.add(chosen)

    assert drawn == set(Victims) - {Victims.SEEDED}


def test_the_provider_that_is_above_its_share_gives_first(stage: Stage) -> None:
    mixed = [{"capacityProvider": "FARGATE", "weight": 1}, {"capacityProvider": "FARGATE_SPOT", "weight": 1}]
    stage.world.behaviours.victims = Victims.OLDEST
    stage.running(desired=8, capacityProviderStrategy=mixed)

    stage.update(desiredCount=4)
    stage.advance(5)

    providers = sorted(task["capacityProviderName"] for task in stage.tasks())
    assert providers == ["FARGATE", "FARGATE", "FARGATE_SPOT", "FARGATE_SPOT"]


def test_noticed_tasks_are_no_victims_they_go_anyway(stage: Stage) -> None:
    stage.running(desired=4)
    stage.world.weather.interrupt(ACCOUNT, REGION, CLUSTER, "web", 2)

    stage.update(desiredCount=2)
    stage.advance(2)

    assert len(arns(stage)) == 2
    assert stage.counts()[0] == 4  # the noticed ones still run
