"""What would have been without the hub: the same services in the same weather, in a world of their own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from simulator.backtest.contender import ServiceSpec
from simulator.backtest.services import create_service
from simulator.demo.cast import PARTS
from simulator.demo.ending import Shape
from simulator.demo.recording import Recording
from simulator.world import ServiceKey, World
from simulator.world.figures import Figures, figures

# Within this time, in AWS seconds, all tasks of all services run for the first time.
COMING_UP: Final = 1200.0


def without_hub(
    recording: Recording, shapes: Mapping[ServiceKey, Shape], seed: int, start: datetime, end: datetime
) -> dict[ServiceKey, Figures]:
    """Return what users would have felt from `start` to `end` if nobody had looked after the services.

    Each keeps strategy and desired count, and has no standby: that is the hub's. The model is the one behind
    the sandbox, so containers and Spot behave as they did; chance may fall differently.
    """
    before = start - timedelta(seconds=COMING_UP / recording.time_factor)
    world = World(seed=seed, start=before, time_factor=recording.time_factor)
    for key, part in PARTS.items():
        spec = ServiceSpec(
            key.account,
            key.region,
            key.cluster,
            key.service,
            shapes[key].desired_count,
            cpu=str(part.cpu),
            memory=str(2 * part.cpu),
            load_balancer=part.balanced,
            exit_at=part.exit_at,
        )
        strategy = [
            {"capacityProvider": provider, "weight": weight, "base": base}
            for provider, weight, base in shapes[key].strategy
        ]
        create_service(world, spec, strategy)
    for weather in recording.weather:
        world.advance(to=weather.at)
        world.weather.set(None, weather.region, capacity=weather.capacity, size=weather.size)
    world.advance(to=end)
    return {key: figures(world.log, key, start, end) for key in PARTS}
