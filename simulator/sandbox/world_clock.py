"""The world runs on the wall clock here: one thread advances it and puts its events on the buses."""

from __future__ import annotations

import heapq
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from random import Random
from typing import Any

from simulator.sandbox.records import utc_now
from simulator.world import ServiceKey, World

logger = logging.getLogger(__name__)

Envelope = dict[str, Any]

# The world may have nothing due for hours; the thread still looks at it this often.
LONGEST_WAIT = 1.0


@dataclass(slots=True)
class Delivering:
    """How events reach the buses: AWS promises at least one copy, and no order.

    An event is lost with the given chance, or comes that often, each copy by the delay and up to the shuffle
    later.
    """

    copies: int = 1
    shuffle_seconds: float = 0.0
    delay_seconds: float = 0.0
    lost: float = 0.0


class WorldClock:
    """Owns the world: every use goes through `using`, which keeps other threads out and its time right."""

    def __init__(
        self,
        make_world: Callable[[Callable[[Envelope], None]], World],
        deliver: Callable[[Envelope], None],
        seed: int,
    ) -> None:
        self.delivering = Delivering()
        self.services: set[ServiceKey] = set()
        self._world = make_world(self._emitted)
        self._deliver = deliver
        self._random = Random(seed)
        self._lock = threading.RLock()
        self._due: list[tuple[float, int, Envelope]] = []
        self._due_lock = threading.Lock()
        self._order = count()
        self._wake = threading.Event()
        self._stopped = False

    def start(self) -> None:
        """Start the thread; it ends with the process."""
        threading.Thread(target=self._run, name="sandbox-world", daemon=True).start()

    def stop(self) -> None:
        """Let the thread end: nothing happens in the world any more."""
        self._stopped = True
        self._wake.set()

    @contextmanager
    def using(self) -> Iterator[World]:
        """Give the world to one thread, advanced to the present."""
        with self._lock:
            self._world.advance(to=utc_now())
            try:
                yield self._world
            finally:
                self._wake.set()

    def call(self, account: str, region: str, operation: str, request: Mapping[str, Any]) -> Envelope:
        """Call an ECS operation of the world; raises `EcsError`."""
        with self.using() as world:
            response = world.api(account, region).call(operation, dict(request))
            if operation in ("CreateService", "DeleteService"):
                cluster, service = str(response["service"]["serviceArn"]).rsplit("/", 2)[-2:]
                change = self.services.add if operation == "CreateService" else self.services.discard
                change(ServiceKey(account, region, cluster, service))
            return response

    def _emitted(self, envelope: Envelope) -> None:
        now = utc_now().timestamp()
        how = self.delivering
        with self._due_lock:
            if self._random.random() < how.lost:
                return
            for _ in range(how.copies):
                late = how.delay_seconds + self._random.uniform(0, how.shuffle_seconds)
                heapq.heappush(self._due, (now + late, next(self._order), envelope))

    def _run(self) -> None:
        while not self._stopped:
            self._wake.clear()
            try:
                with self._lock:
                    self._world.advance(to=utc_now())
                    next_at = self._world.next_transition_at()
                self._deliver_due()
            except Exception:
                logger.exception("the world's clock met an error and goes on")
                next_at = None
            wait = timedelta(seconds=LONGEST_WAIT) if next_at is None else next_at - utc_now()
            with self._due_lock:
                if self._due:
                    wait = min(wait, timedelta(seconds=self._due[0][0] - utc_now().timestamp()))
            self._wake.wait(min(max(wait.total_seconds(), 0.001), LONGEST_WAIT))

    def _deliver_due(self) -> None:
        while True:
            with self._due_lock:
                if not self._due or self._due[0][0] > utc_now().timestamp():
                    return
                envelope = heapq.heappop(self._due)[2]
            try:
                self._deliver(envelope)
            except Exception:
                logger.exception("an event of the world could not be put on its bus")
