"""Users of the web service, who come through a load balancer."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import urllib3

from tests.example_app.waiting import SECONDS


@dataclass(frozen=True, slots=True)
class Answer:
    """What a user got."""

    status: int
    body: Any
    connection: str


class Visitor:
    """Sends orders to one task; `connections` are kept open between requests, as a load balancer does."""

    def __init__(self, url: str, connections: int = 1) -> None:
        self._url = url
        self._http = urllib3.PoolManager(
            maxsize=connections, retries=False, timeout=urllib3.Timeout(total=SECONDS)
        )

    def order(self, key: str, *skus: str) -> Answer:
        lines = [{"sku": sku, "quantity": 1} for sku in skus]
        headers = {"Idempotency-Key": key}
        return self._answer(
            self._http.request("POST", f"{self._url}/orders", json={"lines": lines}, headers=headers)
        )

    def get(self, path: str) -> Answer:
        return self._answer(self._http.request("GET", f"{self._url}{path}"))

    def is_let_in(self) -> bool:
        """Say whether a new connection is accepted."""
        try:
            urllib3.PoolManager(retries=False).request("GET", f"{self._url}/healthz")
        except urllib3.exceptions.HTTPError:
            return False
        return True

    @staticmethod
    def _answer(response: urllib3.BaseHTTPResponse) -> Answer:
        body = (
            response.json() if "json" in response.headers.get("Content-Type", "") else response.data.decode()
        )
        return Answer(response.status, body, response.headers.get("Connection", ""))


class Crowd:
    """Users who order one after the other, until the load balancer lets go of the task."""

    def __init__(self, visitor: Visitor) -> None:
        self.answers: list[Answer] = []
        self.late: list[Answer] = []
        self._visitor = visitor
        self._keys = itertools.count()
        self._late = threading.Event()
        self._let_go = threading.Event()
        self._users: list[Future[None]] = []

    def come(self, pool: ThreadPoolExecutor, users: int) -> None:
        self._users += [pool.submit(self._order) for _ in range(users)]

    def is_late(self) -> None:
        """Count the answers to requests that are sent from now on as late, too."""
        self._late.set()

    def _order(self) -> None:
        while not self._let_go.is_set():
            late = self._late.is_set()
            answer = self._visitor.order(f"crowd-{next(self._keys)}", "tea")
            self.answers.append(answer)
            if late:
                self.late.append(answer)

    def go(self) -> Sequence[Answer]:
        """Stop sending requests, and return all answers; raises what a user got instead of one."""
        self._let_go.set()
        for user in self._users:
            user.result(SECONDS)
        return self.answers
