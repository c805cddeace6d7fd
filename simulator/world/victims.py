"""Which tasks go at a scale-in. ECS documents no order among a provider's tasks, so any must be expected."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from simulator.world import strategy
from simulator.world.behaviours import Victims
from simulator.world.model import Service, Task


def choose_victims(
    service: Service, tasks: Sequence[Task], count: int, victims: Victims, random: Random
) -> list[Task]:
    """Choose tasks to stop, one by one from the provider that is most above its share of what is left."""
    if count <= 0:
        return []
    shares = strategy.distribute(service.primary.revision.strategy, len(tasks) - count)
    left = list(tasks)
    chosen: list[Task] = []
    while len(chosen) < count:
        have: dict[str | None, int] = {}
        for task in left:
            have[task.provider] = have.get(task.provider, 0) + 1
        fullest = max(have, key=lambda provider: have[provider] - shares.get(provider or "", 0))
        victim = _one([task for task in left if task.provider == fullest], victims, random)
        left.remove(victim)
        chosen.append(victim)
    return chosen


def _one(tasks: list[Task], victims: Victims, random: Random) -> Task:
    match victims:
        case Victims.OLDEST:
            return min(tasks, key=lambda task: (task.created_at, task.id))
        case Victims.NEWEST:
            return max(tasks, key=lambda task: (task.created_at, task.id))
        case Victims.STARTING_FIRST:
            return random.choice([task for task in tasks if task.is_starting] or tasks)
        case _:
            return random.choice(tasks)
