"""What the other services of an account and region say about trying Spot now: they may delay it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from spot_failover.domain.policy import Mode
from spot_failover.domain.record import Phase, Record

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


WAITS_FOR_TURN = "A restore is due, and waits for its turn: few services of a place try Spot at once."


def wait_for_peers(record: Record, everyone: Iterable[Record], now: datetime) -> str | None:
    """Say why this restore should wait for others, or None.

    Peers that Spot has just failed delay it; that peers do well never licenses one. At most a tenth of an
    account and region, and at least one service, restores at once. Who is due first says so in its record,
    and goes at a later pass: then all that are due know of each other, however many passes run at once.
    """
    peers = [other for other in everyone if other.id != record.id and other.policy.mode is not Mode.BACKFILL]
    if not peers:
        return None
    lately = now - timedelta(seconds=record.policy.restore.window_seconds)
    failed = next((other for other in peers if _failed_since(other, lately)), None)
    if failed:
        return f"A restore is due, and waits: Spot has just failed {failed.id.service} here."
    limit = max(1, (len(peers) + 1) // 10)
    ahead = sum(_restores(other, now) for other in peers)
    ahead += sum(_waits(other) and _turn(other) < _turn(record) for other in peers)
    return None if _waits(record) and ahead < limit else WAITS_FOR_TURN


def _failed_since(other: Record, since: datetime) -> bool:
    if other.drilled:
        return False
    if other.phase is Phase.FAILING_OVER and other.since > since:
        return True
    away = other.phase in {Phase.FAILING_OVER, Phase.ON_DEMAND}
    return away and other.event is not None and other.event.time > since


def _restores(other: Record, now: datetime) -> bool:
    """Whether a service is really on its way back: one that is held or fails may stay there for ever."""
    if other.phase is not Phase.RESTORING or other.hold or other.dry_run or other.last_error:
        return False
    return now - other.since < 2 * timedelta(seconds=other.policy.restore.window_seconds)


def _waits(record: Record) -> bool:
    return record.phase is Phase.ON_DEMAND and record.reason == WAITS_FOR_TURN and not record.last_error


def _turn(record: Record) -> tuple[datetime, str]:
    return record.not_before or record.since, record.id.key
