"""The counts that the world keeps as tasks change are those that a recount gives, whatever happens."""

from random import Random
from typing import Any

import pytest

from simulator.world import Behaviour, ExitAt
from tests.unit.world.stage import ACCOUNT, CLUSTER, ON_DEMAND, REGION, SPOT, TARGET_GROUP, Stage, key

NETWORK = {"awsvpcConfiguration": {"subnets": ["subnet-1", "subnet-2", "subnet-3"]}}
MIXED = [{"capacityProvider": "FARGATE", "weight": 1}, {"capacityProvider": "FARGATE_SPOT", "weight": 2}]


def something(stage: Stage, name: str, random: Random) -> None:
    """Let one thing happen that a service may meet."""
    match random.randrange(9):
        case 0:
            stage.update(name, desiredCount=random.randrange(8))
        case 1:
            stage.roll(name, capacityProviderStrategy=random.choice([SPOT, ON_DEMAND, MIXED]))
        case 2:
            stage.drought(capacity=random.randrange(6))
        case 3:
            stage.calm()
        case 4:
            zone = f"{REGION}{random.choice('abc')}"
            stage.world.weather.set(None, REGION, zone=zone, capacity=random.choice([0, 1, None]))
        case 5:
            notice = random.random() < 0.5
            stage.world.weather.interrupt(ACCOUNT, REGION, CLUSTER, name, 2, notice=notice)
        case 6:
            behaviour = Behaviour(
                exit_at=random.choice(list(ExitAt)),
                deregistration_delay=random.choice([0, 60, 300]),
                crash_after=random.choice([None, None, 200]),
                health_fails=random.random() < 0.2,
            )
            stage.world.behaviours.set(key(name), behaviour)
        case 7:
            for task in stage.tasks(name)[:1]:
                stage.api.stop_task({"cluster": CLUSTER, "task": task["taskArn"]})
        case _:
            stage.world.weather.set_on_demand(ACCOUNT, REGION, capacity=random.choice([2, 10, None]))


def recounted(stage: Stage, name: str) -> tuple[int, int, int]:
    arns = [
        *stage.api.list_tasks({"cluster": CLUSTER, "serviceName": name})["taskArns"],
        *stage.api.list_tasks({"cluster": CLUSTER, "serviceName": name, "desiredStatus": "STOPPED"})[
            "taskArns"
        ],
    ]
    running = [task for task in described(stage, arns) if task["lastStatus"] == "RUNNING"]
    spot = sum(task["capacityProviderName"] == "FARGATE_SPOT" for task in running)
    return spot, len(running) - spot, stage.service(name)["runningCount"]


def serving(stage: Stage, name: str) -> int:
    """Count what no API tells: when a container exits, and which of the health checks it passed."""
    service = stage.world._ground.state.service(key(name))
    assert service is not None
    return sum(task.is_serving for task in service.tasks.values())


def described(stage: Stage, arns: list[str]) -> list[dict[str, Any]]:
    return [
        task
        for first in range(0, len(arns), 100)
        for task in stage.api.describe_tasks({"cluster": CLUSTER, "tasks": arns[first : first + 100]})[
            "tasks"
        ]
    ]


@pytest.mark.parametrize("seed", range(12))
def test_what_is_counted_is_what_runs(seed: int) -> None:
    random = Random(seed)
    stage = Stage(seed=seed, throttled=False)
    common = {"networkConfiguration": NETWORK, "availabilityZoneRebalancing": "ENABLED"}
    stage.create("web", desired=5, **common)
    stage.create("behind", desired=4, loadBalancers=TARGET_GROUP, **common)
    for _ in range(60):
        something(stage, random.choice(["web", "behind"]), random)
        stage.advance(random.choice([1, 5, 30, 200, 900]))
        for name in ("web", "behind"):
            spot, on_demand, running = recounted(stage, name)
            sample = stage.last(name)
            assert (sample.spot_running, sample.on_demand_running) == (spot, on_demand)
            assert running == spot + on_demand
            assert sample.serving == serving(stage, name)


@pytest.mark.parametrize("seed", range(12))
def test_in_calm_weather_every_service_ends_at_its_desired_count(seed: int) -> None:
    random = Random(seed)
    stage = Stage(seed=seed, throttled=False)
    stage.create("web", desired=5, networkConfiguration=NETWORK, availabilityZoneRebalancing="ENABLED")
    for _ in range(40):
        something(stage, "web", random)
        stage.advance(random.choice([1, 30, 400]))
    stage.calm()
    for zone in "abc":
        stage.world.weather.set(None, REGION, zone=f"{REGION}{zone}", capacity=None)
    stage.world.weather.set_on_demand(ACCOUNT, REGION, capacity=None)
    stage.world.behaviours.set(key(), Behaviour())
    stage.advance(3 * 3600)

    service = stage.service()
    assert stage.counts() == (service["desiredCount"], 0)
    assert [deployment["rolloutState"] for deployment in service["deployments"]] == ["COMPLETED"]
    assert stage.last().serving == service["desiredCount"]
