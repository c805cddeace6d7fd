"""Virtual time for code that waits: each job has a thread, only one runs at once, and sleeping costs nothing.

The world's own transitions come at their moments in between.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from threading import Semaphore

from simulator.world import World


@dataclass(order=True, slots=True)
class _Turn:
    """A thread that goes on at a moment; `number` keeps those of one moment in order."""

    at: datetime
    number: int
    go: Semaphore = field(compare=False)


class VirtualTime:
    """The clock of a hub and of the world around it; at most `jobs` run side by side."""

    def __init__(self, world: World, jobs: int) -> None:
        self._world = world
        self._turns: list[_Turn] = []
        self._numbers = count()
        self._back = Semaphore(0)
        self._threads = ThreadPoolExecutor(jobs)
        self._faults: list[BaseException] = []

    @property
    def now(self) -> datetime:
        """The present moment, in whole milliseconds, as the tables keep it."""
        return self._world.now.replace(microsecond=self._world.now.microsecond // 1000 * 1000)

    def start(self, job: Callable[[], None]) -> None:
        """Let a job begin now, on a thread of its own."""
        go = self._turn(0.0)
        self._threads.submit(self._run, go, job)

    def sleep(self, seconds: float) -> None:
        """Let time pass: called by a job only."""
        go = self._turn(seconds)
        self._back.release()
        go.acquire()

    def run(self, *, until: datetime | None = None) -> None:
        """Let everything happen up to a moment; without one, until no job runs any more."""
        while True:
            turn_at = self._turns[0].at if self._turns else None
            if until is None and turn_at is None:
                return
            moments = (turn_at, self._world.next_transition_at())
            due = min((moment for moment in moments if moment is not None), default=None)
            if due is None or (until is not None and due > until):
                break
            if due == turn_at:
                self._let_go(heapq.heappop(self._turns))
            else:
                self._world.advance(to=due)
        if until is not None:
            self._world.advance(to=until)

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown()

    def _turn(self, seconds: float) -> Semaphore:
        turn = _Turn(self._world.now + timedelta(seconds=seconds), next(self._numbers), Semaphore(0))
        heapq.heappush(self._turns, turn)
        return turn.go

    def _let_go(self, turn: _Turn) -> None:
        self._world.advance(to=turn.at)
        turn.go.release()
        self._back.acquire()
        if self._faults:
            raise self._faults[0]

    def _run(self, go: Semaphore, job: Callable[[], None]) -> None:
        go.acquire()
        try:
            job()
        except BaseException as fault:  # noqa: BLE001 - it is raised again where the time is kept
            self._faults.append(fault)
        finally:
            self._back.release()
