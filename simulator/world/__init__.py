"""ECS on Fargate in virtual time: services, tasks, Spot pools and the events that AWS would send.

`World` is the whole public interface. It never looks at a clock: `advance(to=...)` moves its time on, and
everything that falls due on the way happens at its own moment. The same seed and the same calls give the same
events.
"""

from simulator.world.api import EcsApi
from simulator.world.behaviours import Behaviour, Behaviours, ExitAt, Victims
from simulator.world.errors import EcsError
from simulator.world.faults import Faults
from simulator.world.latencies import Latencies
from simulator.world.log import Log, Sample
from simulator.world.names import ServiceKey
from simulator.world.scaling_api import ScalingApi
from simulator.world.weather import Weather
from simulator.world.world import World

__all__ = [
    "Behaviour",
    "Behaviours",
    "EcsApi",
    "EcsError",
    "ExitAt",
    "Faults",
    "Latencies",
    "Log",
    "Sample",
    "ScalingApi",
    "ServiceKey",
    "Victims",
    "Weather",
    "World",
]
