"""A published proof of concept: any Spot failure switches the service, a schedule switches it back.

Two handlers behind queues, one for placement failures that name FARGATE_SPOT and one for interruption
warnings. Each saves the present capacity provider strategy and sets FARGATE weight 10, FARGATE_SPOT weight
0. A third runs on a schedule (every 5 minutes in production, every minute in development), looks for
services with a restore pending and gives them their strategy back.

Weaknesses kept: one lost task moves the whole service; nothing asks whether Spot is back before a restore,
so that a drought is answered with a rollout to and fro at every run of the schedule; nothing bounds the
tries.

Where the description is silent, we took what favours it: a service that waits for its restore is left alone
(so the saved strategy is not overwritten by the fallback), and both calls force a new deployment, without
which ECS refuses them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from typing_extensions import override

from simulator.backtest.contender import Counts, ServiceSpec
from simulator.backtest.rivals.readings import (
    Envelope,
    is_spot_placement_failure,
    is_spot_task,
    later,
    patiently,
)
from simulator.backtest.rivals.rival import Rival
from simulator.backtest.services import SPOT_ONLY, Calls, create_service, service_of
from simulator.world import ServiceKey, World

REACTION_SECONDS: Final = 2.0  # EventBridge, queue and Lambda; ours
USUAL_MINUTES: Final = 5  # in production, as published
FALLBACK: Final = (
    {"capacityProvider": "FARGATE", "weight": 10},
    {"capacityProvider": "FARGATE_SPOT", "weight": 0},
)


@dataclass(slots=True)
class _State:
    """The row of the service in the state table, and what is counted."""

    config: list[dict[str, Any]] | None = None
    scheduled: bool = False
    busy: bool = False  # a message is being worked on
    verifying: bool = False  # restored, and its tasks are not all on Spot yet


class StrategySwitch(Rival):
    """Switches on any sign, and restores every `restore_minutes` minutes by the clock."""

    def __init__(self, restore_minutes: int = USUAL_MINUTES) -> None:
        self.name = "scheduled switch" + (
            f", {restore_minutes} min" if restore_minutes != USUAL_MINUTES else ""
        )
        self._every = timedelta(minutes=restore_minutes)
        self._restore_at: datetime | None = None
        self._states: dict[ServiceKey, _State] = {}
        self._woken: dict[ServiceKey, None] = {}
        self._failovers = self._restores = self._failed = 0

    def start(self, world: World, specs: Sequence[ServiceSpec]) -> None:
        """Create the services."""
        self._world, self._calls = world, Calls(world)
        for spec in specs:
            self._states[create_service(world, spec, SPOT_ONLY)] = _State()

    @override
    def event(self, envelope: Envelope, now: datetime) -> None:
        detail = envelope["detail"]
        warned = is_spot_task(envelope) and detail.get("stopCode") == "SpotInterruption"
        restored = detail.get("eventName") == "SERVICE_DEPLOYMENT_COMPLETED"
        if not (warned or restored or is_spot_placement_failure(envelope)):
            return
        key = service_of(envelope)
        if key is None or key not in self._states:
            return
        if not restored:
            self._woken[key] = None
        elif self._states[key].verifying:
            self._states[key].verifying = False
            self._restores += 1

    @override
    def work(self, now: datetime) -> None:
        woken, self._woken = self._woken, {}
        for key in woken:
            state = self._states[key]
            if not state.scheduled and not state.busy:
                state.busy = True
                later(self._world, REACTION_SECONDS, lambda key=key: self._switch(key))  # type: ignore[misc]

    @override
    def tick(self, now: datetime) -> None:
        if self._restore_at is None or now < self._restore_at:
            return
        self._restore_at = None
        for key, state in self._states.items():
            if state.scheduled:
                patiently(self._world, lambda key=key: self._restore(key))  # type: ignore[misc]

    @override
    def quiet(self, now: datetime) -> bool:
        return self._restore_at is None

    @property
    @override
    def counts(self) -> Counts:
        return Counts(self._calls.count, self._failovers, self._restores, self._failed)

    def _switch(self, key: ServiceKey) -> None:
        state = self._states[key]
        state.config = self._calls.describe(key)["capacityProviderStrategy"]
        self._calls.update(key, capacityProviderStrategy=list(FALLBACK), forceNewDeployment=True)
        self._failed += state.verifying
        self._failovers += 1
        state.scheduled, state.busy, state.verifying = True, False, False
        if self._restore_at is None:
            self._restore_at = self._next_run()

    def _restore(self, key: ServiceKey) -> None:
        state = self._states[key]
        self._calls.update(key, capacityProviderStrategy=state.config, forceNewDeployment=True)
        state.scheduled, state.verifying = False, True

    def _next_run(self) -> datetime:
        now = self._world.now
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight + ((now - midnight) // self._every + 1) * self._every
