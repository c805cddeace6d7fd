"""The world: one clock, the accounts and regions in it, and the seed that decides what chance decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from random import Random
from typing import Any

from simulator.world.api import EcsApi
from simulator.world.behaviours import Behaviours
from simulator.world.faults import Faults
from simulator.world.latencies import Latencies
from simulator.world.log import Log
from simulator.world.weather import Weather

Envelope = dict[str, Any]


class World:
    """ECS on Fargate in virtual time.

    `emit` is called with each finished EventBridge envelope at its moment (`world.now` is its time), after the change it
    tells of is complete, so it may call the API. It is called from `advance` or from within the API call that caused it.
    """

    def __init__(
        self,
        *,
        seed: int,
        start: datetime,
        emit: Callable[[Envelope], None] | None = None,
        latencies: Latencies | None = None,
        time_factor: float | None = None,
        throttled: bool = True,
    ) -> None:
        self.random = Random(seed)
        self.latencies = latencies or Latencies()
        self.weather = Weather()
        self.faults = Faults()
        self.behaviours = Behaviours(self.random)
        self.log = Log()
        raise NotImplementedError

    @property
    def now(self) -> datetime:
        """The world's present moment."""
        raise NotImplementedError

    def advance(self, *, to: datetime) -> None:
        """Run everything that is due up to and including `to`; a `to` in the past changes nothing."""
        raise NotImplementedError

    def next_transition_at(self) -> datetime | None:
        """Return when something is due next: a driver may sleep or skip until then."""
        raise NotImplementedError

    def api(self, account: str, region: str) -> EcsApi:
        """Return the ECS API of an account and region."""
        raise NotImplementedError

    def register_cluster(
        self,
        account: str,
        region: str,
        name: str,
        capacity_providers: Sequence[str] = ("FARGATE", "FARGATE_SPOT"),
        default_strategy: Sequence[dict[str, Any]] = (),
    ) -> str:
        """Make a cluster known, or change its capacity providers; returns its ARN."""
        raise NotImplementedError

    def deregister_cluster(self, account: str, region: str, name: str) -> None:
        """Forget a cluster: calls that name it are answered with ClusterNotFoundException."""
        raise NotImplementedError

    def register_task_definition(
        self,
        account: str,
        region: str,
        arn: str,
        *,
        cpu: str = "256",
        memory: str = "512",
        stop_timeout: float = 30,
        containers: Sequence[tuple[str, str]] = (("app", "app:latest"),),
    ) -> None:
        """Make a task definition (`family:revision` or its ARN) known; containers are (name, image), the first essential."""
        raise NotImplementedError
