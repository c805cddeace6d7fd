"""What every part of the world stands on: its time, its chance, its latencies and what exists."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from simulator.world.behaviours import Behaviours
from simulator.world.events import Events
from simulator.world.faults import Faults
from simulator.world.latencies import Latencies
from simulator.world.messages import Messages
from simulator.world.pools import Pools
from simulator.world.schedule import Schedule
from simulator.world.state import State
from simulator.world.throttles import Throttles


@dataclass(frozen=True, slots=True)
class Ground:
    """One world's shared parts. There is one random sequence: the order of draws belongs to the seed."""

    schedule: Schedule
    random: Random
    latencies: Latencies
    behaviours: Behaviours
    faults: Faults
    state: State
    pools: Pools
    throttles: Throttles
    events: Events
    messages: Messages
