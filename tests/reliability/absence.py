"""The hub's region is gone: nobody works, nothing ticks, and the spokes' events wait."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from tests.unit.jobs.fleet import TICK, Fleet


def without_hub(fleet: Fleet, *, minutes: float) -> list[dict[str, Any]]:
    """Let time pass in the workload account alone; return the events that wait for the hub."""
    end = fleet.now + timedelta(minutes=minutes)
    while fleet.now < end:
        fleet.world.advance(to=min(end, fleet.now + TICK))
        fleet.note_wishes()
    waiting = list(fleet.events)
    fleet.events.clear()
    return waiting


def hub_returns(fleet: Fleet, waiting: list[dict[str, Any]], *, seed: int = 1) -> None:
    """Hand over what has waited, in any order and some of it twice, before the first tick."""
    arriving = [*waiting, *waiting[::3]]
    random.Random(seed).shuffle(arriving)
    fleet.hand_over(arriving)
