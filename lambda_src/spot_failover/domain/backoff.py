"""How long a service stays on demand before Spot is tried again: ever more patiently, and it says so."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from spot_failover.domain.policy import Restore
    from spot_failover.domain.record import Record

# How many falls in a day make more than weather.
REPEATED = 2
DAY = timedelta(days=1)


def within_a_day(times: Iterable[datetime], now: datetime) -> tuple[datetime, ...]:
    return tuple(at for at in times if now - at < DAY)


def doubled(restore: Restore, times: int) -> int:
    """Return the backoff in seconds, doubled so many times, up to its maximum."""
    factor: int = 2 ** min(times, 32)
    return min(restore.backoff_seconds * factor, restore.max_backoff_seconds)


def backoff(record: Record, restore: Restore, now: datetime) -> timedelta:
    """Return how long to stay on demand: doubled with every attempt, ±50 % by id and time."""
    # Not for secrets: the jitter only keeps services from trying Spot in step, and must be the same when a
    # pass is repeated.
    jitter = random.Random(f"{record.id.key} {now.isoformat()}").uniform(0.5, 1.5)  # noqa: S311
    return timedelta(seconds=doubled(restore, record.attempt) * jitter)


def flapping(record: Record, restore: Restore, now: datetime) -> bool:
    return record.restored_at is not None and now - record.restored_at < timedelta(
        seconds=restore.max_backoff_seconds
    )


def patience(attempt: int, not_before: datetime, now: datetime) -> str:
    seconds = (not_before - now).total_seconds()
    wait = f"Spot is tried again in {seconds:.0f} s ({not_before:%H:%M:%S} UTC)"
    if attempt == 0:
        return f"{wait}."
    return f"{wait}; Spot has failed this service {attempt + 1} times in a row, so it stays on demand longer."


def kept_until(record: Record, restore: Restore, now: datetime) -> datetime | None:
    """Return until when half of a backfilled service stays on demand; None where it need not.

    One fall in a day is weather. From the second on, half of the tasks stay for a backoff that doubles with
    each, so that the next fall is no outage.
    """
    falls = within_a_day(record.falls, now)
    if len(falls) < REPEATED:
        return None
    until = falls[-1] + timedelta(seconds=doubled(restore, len(falls) - REPEATED))
    return until if now < until else None
