"""Answers of AWS as they come over the wire, given to real clients in place of the network."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.hooks import BaseEventHooks


@dataclass(frozen=True)
class Answer:
    """A body, or an exception that stands for a connection that failed."""

    body: dict[str, Any] | str = field(default_factory=dict)
    status: int = 200
    error: BaseException | None = None


def refusal(code: str, message: str, status: int = 400) -> Answer:
    """Return an error in the form of the JSON protocol."""
    return Answer({"__type": code, "message": message}, status)


def refusal_of_query(code: str, message: str, status: int = 403) -> Answer:
    """Return an error in the form of the query protocol."""
    error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
    return Answer(f"<ErrorResponse>{error}<RequestId>request-1</RequestId></ErrorResponse>", status)


class Pauses:
    """Takes the place of waiting."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


class Wire:
    """Stands in for the network of one operation: gives the answers in order and keeps what was sent."""

    def __init__(self, hooks: Iterable[BaseEventHooks], operation: str, answers: list[Answer]) -> None:
        self.sent: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self._answers = answers
        self._event = f"before-send.{operation}"
        self._hooks = list(hooks)
        for hook in self._hooks:
            hook.register(self._event, self._answer)

    def close(self) -> None:
        for hook in self._hooks:
            hook.unregister(self._event, self._answer)

    # Its hooks may return an answer in place of the network; the stubs do not say so.
    def _answer(self, request: AWSPreparedRequest, **_: object) -> Any:
        assert isinstance(request.body, (str, bytes))
        self.sent.append(_request(request.body))
        self.headers.append({name.lower(): _text(value) for name, value in request.headers.items()})
        answer = self._answers.pop(0)
        if answer.error:
            raise answer.error
        body = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
        headers = HTTPHeaders()
        headers["x-amzn-requestid"] = "request-1"
        return AWSResponse(request.url, answer.status, headers, _Raw(body.encode()))


Answers: TypeAlias = Callable[..., Wire]


class _Raw(BytesIO):
    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.read()


def _request(body: str | bytes) -> dict[str, Any]:
    text = _text(body)
    sent: dict[str, Any] = json.loads(text) if text.startswith("{") else dict(parse_qsl(text))
    return sent


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
