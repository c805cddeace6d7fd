"""Extra copies of every minute's schedules: the world is faster than the clock that Scheduler goes by."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

logger = logging.getLogger(__name__)


def start_ticks(fire: Callable[[], object], seconds: float) -> None:
    """Call `fire` again and again, that many seconds apart, on a thread that ends with the process."""
    threading.Thread(target=_run, args=(fire, seconds), name="sandbox-ticks", daemon=True).start()


def _run(fire: Callable[[], object], seconds: float) -> None:
    while True:
        time.sleep(seconds)
        try:
            fire()
        except Exception:
            logger.exception("a tick could not be sent")
