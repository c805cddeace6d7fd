"""How a web service leaves without losing a request.

    SIGTERM ─ not ready; answers say "Connection: close" ─ drain_seconds ─ no new connections ─ last answers

AWS documents that a Spot task may stay in its target group until it has stopped, and users saw SIGTERM come
before the load balancer let go. So the door stays open for as long as the load balancer may send somebody:
https://repost.aws/knowledge-center/fargate-spot-termination-notice
https://github.com/aws/containers-roadmap/issues/2673
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from http import HTTPStatus

from starlette.middleware.base import RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

log = logging.getLogger(__name__)


class Departure:
    """Whether this task has been told to leave; `close` is called when nobody can come any more."""

    def __init__(self, drain_seconds: float, close: Callable[[], None]) -> None:
        self._drain_seconds = drain_seconds
        self._close = close
        self._told = False

    def begin(self) -> None:
        """Be told: the event loop's handler of SIGTERM."""
        log.info("SIGTERM: not ready from now on, no new connections in %s s", self._drain_seconds)
        self._told = True
        asyncio.get_running_loop().call_later(self._drain_seconds, self._close)

    def ready(self, _: Request) -> Response:
        """Answer the load balancer.

        It asks neither AWS nor the catalogue: their trouble would take away all tasks at once.
        """
        if self._told:
            return PlainTextResponse("leaving", HTTPStatus.SERVICE_UNAVAILABLE)
        return PlainTextResponse("ready")

    def alive(self, _: Request) -> Response:
        """Answer ECS, which ends what is not healthy: to be leaving is no illness."""
        return PlainTextResponse("alive")

    async def say_goodbye(self, request: Request, answer: RequestResponseEndpoint) -> Response:
        """Let nobody come back by a connection that is about to end."""
        response = await answer(request)
        if self._told:
            response.headers["Connection"] = "close"
        return response
