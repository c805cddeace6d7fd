"""The jobs' port to ECS on the world: the very adapter to AWS, with the world in place of AWS's clients."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from botocore.exceptions import ClientError

from simulator.world import EcsError, World
from spot_failover.adapters.ecs import SpokeEcs
from spot_failover.adapters.sessions import SpokeSessions
from spot_failover.domain.errors import ThrottledError
from spot_failover.domain.identity import Location, ServiceId
from spot_failover.domain.service import Observation
from spot_failover.domain.targets import UpdateService

Request = dict[str, Any]
Call = Callable[[str, Request], Any]


@dataclass(slots=True)
class WorldSessions:
    """Clients of the world for every account and region; `calls` counts them by operation.

    `updates` holds the UpdateService requests that ECS accepted, oldest first.
    """

    world: World
    calls: Counter[str] = field(default_factory=Counter)
    updates: list[Request] = field(default_factory=list)

    def ecs(self, location: Location) -> WorldClient:
        """Return a client of ECS."""
        api = self.world.api(location.account, location.region)
        return WorldClient(lambda operation, request: self._ecs(api.call, operation, request))

    def ecs_once(self, location: Location) -> WorldClient:
        """Return the same client: nothing is ever sent twice here."""
        return self.ecs(location)

    def _ecs(self, call: Call, operation: str, request: Request) -> Any:  # noqa: ANN401 - JSON
        self.calls[operation] += 1
        try:
            answer = call(operation, request)
        except EcsError as error:
            said = {"Error": {"Code": error.code, "Message": error.message}}
            raise ClientError(said, operation) from error  # type: ignore[arg-type]  # all that is read of it
        if operation == "UpdateService":
            self.updates.append(request)
        return answer


@dataclass(frozen=True, slots=True)
class WorldClient:
    """What the adapters use of a boto3 client: a method for each operation, and paginators."""

    call: Call

    def __getattr__(self, name: str) -> Callable[..., Any]:
        operation = name.title().replace("_", "")
        return lambda **request: self.call(operation, request)

    def get_paginator(self, name: str) -> WorldPaginator:
        """Return what walks over all pages of an operation."""
        return WorldPaginator(getattr(self, name))


@dataclass(frozen=True, slots=True)
class WorldPaginator:
    """All pages of one operation, by `nextToken`."""

    call: Callable[..., Any]

    def paginate(self, **request: Any) -> Iterator[Any]:  # noqa: ANN401 - JSON
        """Yield one page after the other."""
        while True:
            page = self.call(**request)
            yield page
            if not page.get("nextToken"):
                return
            request["nextToken"] = page["nextToken"]


class WorldEcs:
    """The port `Ecs` on the world. A throttled update is given up at once, as no time can pass in a call."""

    def __init__(self, world: World) -> None:
        self.sessions = WorldSessions(world)
        self._ecs = SpokeEcs(cast("SpokeSessions", self.sessions), pause=_give_up)

    @property
    def updates(self) -> list[Request]:
        """The UpdateService requests that ECS accepted, oldest first."""
        return self.sessions.updates

    @property
    def described(self) -> int:
        """How often DescribeServices was called."""
        return self.sessions.calls["DescribeServices"]

    def describe(self, service: ServiceId) -> Observation | None:
        return self._ecs.describe(service)

    def describe_many(
        self, location: Location, cluster: str, services: Sequence[str]
    ) -> Mapping[str, Observation | None]:
        return self._ecs.describe_many(location, cluster, services)

    def update(self, service: ServiceId, change: UpdateService, observation: Observation) -> str:
        return self._ecs.update(service, change, observation)


def _give_up(_: float) -> None:
    raise ThrottledError("ECS throttles UpdateService, and no time passes within a call here.")
