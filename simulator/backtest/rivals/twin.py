"""What most people build: an on-demand twin that follows ECS's placement failures.

On SERVICE_TASK_PLACEMENT_FAILURE of the Spot service its on-demand twin is scaled to the desired count; on
SERVICE_STEADY_STATE of the Spot service the twin goes back to 0. Nothing else is listened to.

Weaknesses kept: an interruption is only acted on when the replacement finds no place, so the two minutes of
the notice pass unused; one missing task starts as many on-demand tasks as the whole service has; the first
steady state, however short, ends them all.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from typing_extensions import override

from simulator.backtest.contender import Counts, ServiceSpec
from simulator.backtest.rivals.readings import Envelope, is_spot_placement_failure, later
from simulator.backtest.rivals.rival import TwinRival
from simulator.backtest.services import SPOT_ONLY, Calls, create_service, create_twin, service_of
from simulator.world import ServiceKey, World

REACTION_SECONDS: Final = 2.0  # EventBridge and Lambda; ours


class PlacementFailureTwin(TwinRival):
    """Scales the twin up and down, one Lambda invocation for each event."""

    name = "failure twin"

    def __init__(self) -> None:
        self._twins: dict[ServiceKey, ServiceKey] = {}
        self._up: set[ServiceKey] = set()
        self._woken: dict[ServiceKey, bool] = {}
        self._failovers = self._restores = 0

    def start(self, world: World, specs: Sequence[ServiceSpec]) -> None:
        """Create the services."""
        self._world, self._calls = world, Calls(world)
        for spec in specs:
            spot = create_service(world, spec, SPOT_ONLY)
            self._twins[spot] = create_twin(world, spec)

    @override
    def event(self, envelope: Envelope, now: datetime) -> None:
        failed = is_spot_placement_failure(envelope)
        if not failed and envelope["detail"].get("eventName") != "SERVICE_STEADY_STATE":
            return
        key = service_of(envelope)
        if key in self._twins:
            self._woken[key] = failed

    @override
    def work(self, now: datetime) -> None:
        woken, self._woken = self._woken, {}
        for key, failed in woken.items():
            action = self._scale_up if failed else self._scale_down
            later(self._world, REACTION_SECONDS, lambda key=key, action=action: action(key))  # type: ignore[misc]

    @property
    @override
    def counts(self) -> Counts:
        return Counts(self._calls.count, self._failovers, self._restores)

    def _scale_up(self, key: ServiceKey) -> None:
        desired = self._calls.describe(key)["desiredCount"]
        self._calls.update(self._twins[key], desiredCount=desired)
        if key not in self._up:
            self._up.add(key)
            self._failovers += 1

    def _scale_down(self, key: ServiceKey) -> None:
        self._calls.update(self._twins[key], desiredCount=0)
        if key in self._up:
            self._up.remove(key)
            self._restores += 1
