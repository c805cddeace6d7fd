"""What takes part in a backtest: the services that are asked for, and whoever keeps them running."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from simulator.world import ExitAt, ServiceKey, World

STANDBY_SUFFIX = "-on-demand"


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """One service that its owners want to run, whoever runs it and on whatever capacity.

    `desired` tasks are its demand for the whole backtest. `cpu` (units), `memory` (MiB) and `architecture`
    decide price and Spot pool, as in a task definition. Tasks exit as `exit_at` says, at the latest after
    `stop_timeout` seconds.
    """

    account: str
    region: str
    cluster: str
    name: str
    desired: int
    cpu: str = "256"
    memory: str = "512"
    architecture: str = "X86_64"
    load_balancer: bool = False
    exit_at: ExitAt = ExitAt.STOP_TIMEOUT
    stop_timeout: int = 120

    @property
    def key(self) -> ServiceKey:
        """The key of the service itself."""
        return ServiceKey(self.account, self.region, self.cluster, self.name)

    @property
    def standby_key(self) -> ServiceKey:
        """The key of its twin, for those who run one."""
        return replace(self.key, service=self.name + STANDBY_SUFFIX)


@dataclass(frozen=True, slots=True)
class Counts:
    """What a contender did: calls of the ECS API after the start, and moves away from Spot and back."""

    ecs_calls: int = 0
    failovers: int = 0
    restores: int = 0
    failed_restores: int = 0


class Contender(Protocol):
    """One policy, for all services of a backtest.

    It sees what it would see on AWS: the events of ECS, a tick each minute, and the answers of the API.
    """

    @property
    def name(self) -> str:
        """The name in tables and pictures, unique in a comparison."""

    def start(self, world: World, specs: Sequence[ServiceSpec]) -> None:
        """Create the services, and twins where it runs some, and keep the world for later calls.

        There is Spot capacity for everything now, and a while follows before anything is scored.
        """

    def event(self, envelope: dict[str, Any], now: datetime) -> None:
        """Take one event, in EventBridge's envelope, at the moment that it is sent; act in `work`."""

    def work(self, now: datetime) -> None:
        """Act on events: called when all events of a moment have come, and where there were any."""

    def tick(self, now: datetime) -> None:
        """Do what is done each minute."""

    def quiet(self, now: datetime) -> bool:
        """Whether ticks may be left out until the world's next transition, for they would change nothing."""

    def keys(self, spec: ServiceSpec) -> tuple[ServiceKey, ...]:
        """Return the services whose tasks, summed up, serve this spec's demand."""

    @property
    def counts(self) -> Counts:
        """What it did so far."""
