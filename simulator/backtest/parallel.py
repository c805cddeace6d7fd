"""Several contenders at once, each in a process of its own."""

from __future__ import annotations

import logging
import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from multiprocessing.sharedctypes import SynchronizedArray
from typing import Final

from simulator.backtest.contender import Contender, ServiceSpec
from simulator.backtest.outcome import Outcome
from simulator.backtest.run import run
from simulator.backtest.weather import WeatherPlan

_POLL_SECONDS: Final = 0.2
_shares: SynchronizedArray[float]


def run_all(
    contenders: Sequence[Contender],
    plan: WeatherPlan,
    specs: Sequence[ServiceSpec],
    seed: int,
    progress: Callable[[Sequence[float]], object],
) -> tuple[Outcome, ...]:
    """Return what came out for each, in their order; `progress` is told the share that each has done."""
    # Not forked: a child would inherit whatever threads draw on the terminal.
    context = multiprocessing.get_context("spawn")
    shares: SynchronizedArray[float] = context.Array("d", len(contenders))
    processes = min(os.cpu_count() or 1, len(contenders))
    with ProcessPoolExecutor(processes, context, initializer=_begin, initargs=(shares,)) as pool:
        running = [
            pool.submit(_run, index, contender, plan, specs, seed)
            for index, contender in enumerate(contenders)
        ]
        waiting = set(running)
        try:
            while waiting:
                done, waiting = wait(waiting, _POLL_SECONDS, FIRST_COMPLETED)
                for future in done:
                    future.result()  # the first that fails ends all
                progress(shares[:])
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return tuple(future.result() for future in running)


def _begin(shares: SynchronizedArray[float]) -> None:
    global _shares  # noqa: PLW0603 - a pool hands shared memory to its processes no other way
    _shares = shares
    # Passes that fail are among what is measured; there are thousands of them.
    logging.disable(logging.ERROR)


def _run(
    index: int, contender: Contender, plan: WeatherPlan, specs: Sequence[ServiceSpec], seed: int
) -> Outcome:
    def note(share: float) -> None:
        _shares[index] = share

    return run(contender, plan, specs, seed, note)
