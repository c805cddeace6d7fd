"""Reads of ECS that need not be made again, because nothing can have changed since the last one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from simulator.backtest.ports import WorldEcs
from simulator.world import World
from spot_failover.domain.identity import Location, ServiceId
from spot_failover.domain.service import Observation
from spot_failover.domain.targets import UpdateService

# ECS tells of every change by an event, but for what its scheduler does at its next look, a second or so
# after one.
_AFTERMATH = timedelta(seconds=5)
_SERVICES_PER_CALL = 10


class RememberingEcs:
    """The port `Ecs`, answering from memory where no event and no call of ours has touched a service since.

    `calls` counts what would have been called. With `forgetful`, everything really is.
    """

    def __init__(self, world: World, *, forgetful: bool = False) -> None:
        self.calls = 0
        self._world = world
        self._ecs = WorldEcs(world)
        self._forgetful = forgetful
        self._touched: dict[ServiceId, datetime] = {}
        self._seen: dict[ServiceId, tuple[datetime, Observation | None]] = {}

    def touch(self, service: ServiceId) -> None:
        """Note that something has happened to a service now."""
        self._touched[service] = self._world.now

    def describe(self, service: ServiceId) -> Observation | None:
        return self.describe_many(service.location, service.cluster, [service.service])[service.service]

    def describe_many(
        self, location: Location, cluster: str, services: Sequence[str]
    ) -> Mapping[str, Observation | None]:
        self.calls += -(-len(services) // _SERVICES_PER_CALL)
        ids = {name: ServiceId(location.account, location.region, cluster, name) for name in services}
        unknown = [name for name, service in ids.items() if not self._is_known(service)]
        if unknown:
            shown = self._ecs.describe_many(location, cluster, unknown)
            self._seen |= {ids[name]: (self._world.now, shown[name]) for name in unknown}
        return {name: self._seen[service][1] for name, service in ids.items()}

    def update(self, service: ServiceId, change: UpdateService, observation: Observation) -> str:
        self.calls += 1
        try:
            return self._ecs.update(service, change, observation)
        finally:
            self.touch(service)

    def _is_known(self, service: ServiceId) -> bool:
        seen = self._seen.get(service)
        if seen is None or self._forgetful:
            return False
        touched = self._touched.get(service)
        return touched is None or seen[0] - touched >= _AFTERMATH
