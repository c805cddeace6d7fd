"""The jobs' ports to ECS and to scaling on the world: the very adapters to AWS, which call the world."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from botocore.exceptions import ClientError

from simulator.world import EcsError, World
from spot_failover.adapters.ecs import SpokeEcs
from spot_failover.adapters.scaling import SpokeScaling
from spot_failover.adapters.sessions import SpokeSessions
from spot_failover.domain.errors import ThrottledError
from spot_failover.domain.identity import Location

Request = dict[str, Any]
Call = Callable[[str, Request], Any]


@dataclass(slots=True)
class WorldSessions:
    """Clients of the world for every account and region; `calls` counts those of ECS by operation.

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

    def elbv2(self, location: Location) -> WorldClient:
        """Return a client of the load balancers."""
        api = self.world.api(location.account, location.region)
        return WorldClient(lambda _, request: api.describe_target_health(request))

    def scaling(self, location: Location) -> WorldClient:
        """Return a client of Application Auto Scaling."""
        return WorldClient(self.world.scaling(location.account, location.region).call)

    def _ecs(self, call: Call, operation: str, request: Request) -> Any:  # noqa: ANN401 - JSON
        self.calls[operation] += 1
        answer = call(operation, request)
        if operation == "UpdateService":
            self.updates.append(request)
        return answer


@dataclass(frozen=True, slots=True)
class WorldClient:
    """What the adapters use of a boto3 client: a method for each operation, and paginators."""

    call: Call

    def __getattr__(self, name: str) -> Callable[..., Any]:
        operation = name.title().replace("_", "")
        return lambda **request: self._answer(operation, request)

    def _answer(self, operation: str, request: Request) -> Any:  # noqa: ANN401 - JSON
        try:
            return self.call(operation, request)
        except EcsError as error:
            said = {"Error": {"Code": error.code, "Message": error.message}}
            raise ClientError(said, operation) from error  # type: ignore[arg-type]  # all that is read of it

    def get_paginator(self, name: str) -> WorldPaginator:
        """Return what walks over all pages of an operation."""
        return WorldPaginator(getattr(self, name))


@dataclass(frozen=True, slots=True)
class WorldPaginator:
    """All pages of one operation, by `nextToken`."""

    call: Callable[..., Any]

    def paginate(self, **request: Any) -> Iterator[Any]:  # noqa: ANN401 - JSON
        """Yield one page after the other."""
        page_size = request.pop("PaginationConfig", {}).get("PageSize")
        request |= {"maxResults": page_size} if page_size else {}
        while True:
            page = self.call(**request)
            yield page
            if not page.get("nextToken"):
                return
            request["nextToken"] = page["nextToken"]


def world_ecs(sessions: WorldSessions) -> SpokeEcs:
    """Return the port `Ecs`. A throttled update is given up at once, as no time can pass in a call."""
    return SpokeEcs(cast("SpokeSessions", sessions), pause=_give_up)


def world_scaling(world: World) -> SpokeScaling:
    """Return the port `Scaling`."""
    return SpokeScaling(cast("SpokeSessions", WorldSessions(world)))


def _give_up(_: float) -> None:
    raise ThrottledError("ECS throttles UpdateService, and no time passes within a call here.")
