"""The ASGI application: control requests are answered here, everything else by ministack."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl

from simulator.sandbox.control_requests import ControlRequests
from simulator.sandbox.corrections import transport
from simulator.sandbox.world_requests import Answer

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

PREFIX: Final = "/_sandbox/"

# The AWS provider of Terraform sends a request once more where its answer arrives before it is done with
# writing. A CreateRole that was answered within a millisecond then finds its role made already. AWS is never
# that fast.
GO_SDK: Final = b"aws-sdk-go"
GO_SDK_WRITES_SECONDS: Final = 0.005


class Gateway:
    """Sorts requests by their path."""

    def __init__(self, aws: Application, control: ControlRequests) -> None:
        self._aws = aws
        self._control = control

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection's scope."""
        if scope["type"] == "http" and scope["path"].startswith(PREFIX):
            await self._answer(scope, receive, send)
            return
        transport.plaintext.set(_header(scope, transport.PLAINTEXT_HEADER) == b"true")
        in_a_hurry = GO_SDK not in _header(scope, b"user-agent")
        await self._aws(scope, receive, send if in_a_hurry else _not_too_soon(send))

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _body(receive)
        name = scope["path"].removeprefix(PREFIX)
        status, answer = await asyncio.to_thread(self._run, scope, name, body)
        content = json.dumps(answer, default=str).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": int(status), "headers": headers})
        await send({"type": "http.response.body", "body": content})

    def _run(self, scope: Scope, name: str, body: bytes) -> tuple[HTTPStatus, Answer]:
        try:
            if scope["method"] == "GET":
                return HTTPStatus.OK, self._control.read(
                    name, dict(parse_qsl(scope.get("query_string", b"").decode()))
                )
            return HTTPStatus.OK, self._control.change(name, json.loads(body or b"{}"))
        except (LookupError, ValueError) as error:
            return HTTPStatus.BAD_REQUEST, {"error": str(error)}


def _not_too_soon(send: Send) -> Send:
    async def send_later(message: Message) -> None:
        if message["type"] == "http.response.start":
            await asyncio.sleep(GO_SDK_WRITES_SECONDS)
        await send(message)

    return send_later


def _header(scope: Scope, wanted: bytes) -> bytes:
    return next((value for name, value in scope.get("headers", []) if name.lower() == wanted), b"")


async def _body(receive: Receive) -> bytes:
    chunks = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body"):
            return b"".join(chunks)
