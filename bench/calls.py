"""The ECS calls that one failover takes in each mode, and those that a repeated event takes.

A service of one task loses it in a drought. The hub is the shipped composition over clients in memory.
"""

from __future__ import annotations

from typing import Final

from bench.fleet.fleet import Fleet, Size
from bench.fleet.usage import Usage
from bench.report import Figure
from spot_failover.domain.policy import Mode

# Before ECS tells that the replacement finds no place either.
UNTIL_ACTED: Final = 0.9
DUPLICATES: Final = 5
MINUTES: Final = 6
# Of a whole failover: a standby goes up, and then Spot goes down.
UPDATES: Final = {Mode.SWITCH: 1, Mode.STANDBY: 2, Mode.BACKFILL: 1}


def figures() -> list[Figure]:
    return [figure for mode in Mode for figure in _of_mode(mode)]


def _of_mode(mode: Mode) -> list[Figure]:
    fleet = Fleet(Size(accounts=1, services=1, tasks=1, modes=(mode,)))
    [service] = fleet.services
    book = fleet.hub.aws.book
    fleet.world.weather.set(service.account, service.region, capacity=0)
    [notice] = fleet.forwarded
    fleet.wait(UNTIL_ACTED)
    first = book.taken()
    fleet.wait(60)
    updates = sum(usage.get("ecs UpdateService", 0) for usage in (first, book.taken()))
    for _ in range(DUPLICATES):
        fleet.hub.event(notice)
        fleet.wait(0.1)
    repeated = _ecs(book.taken())
    for _ in range(MINUTES):
        fleet.wait(60)
        fleet.hub.tick()
    fleet.close()
    updates += book.taken().get("ecs UpdateService", 0)
    return [
        Figure(f"{mode}: ECS calls from the notice to the first change", *_judged(first)),
        Figure(
            "… UpdateService of the whole failover",
            f"{updates:.0f}",
            f"{UPDATES[mode]}",
            updates == UPDATES[mode],
        ),
        Figure(f"… ECS calls for {DUPLICATES} duplicates of the event", f"{repeated:.0f}", "0", not repeated),
    ]


def _judged(usage: Usage) -> tuple[str, str, bool]:
    described, updated = usage.get("ecs DescribeServices", 0), usage.get("ecs UpdateService", 0)
    others = _ecs(usage) - described - updated
    value = f"{described:.0f} DescribeServices, {updated:.0f} UpdateService, {others:.0f} others"
    return value, "1 + 1", (described, updated, others) == (1, 1, 0)


def _ecs(usage: Usage) -> float:
    return sum(number for name, number in usage.items() if name.startswith(("ecs ", "elbv2 ")))
