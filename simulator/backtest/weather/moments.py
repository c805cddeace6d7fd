"""Actions of a backtest's own, in the world's order of time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from simulator.world import World


def at(world: World, moment: datetime, action: Callable[[], None]) -> None:
    """Let something happen at a moment of the world; one that has passed means now, after what is due now."""
    world._ground.schedule.at(moment, action)  # noqa: SLF001 - the world's one clock; no second heap beside it
