"""How every service stands, for people: read from the hub's own tables, without a call to a workload account.

What needs a person comes first. The console's widget and the command line show the same rows.
"""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING

from spot_failover.domain.errors import UnreadableItemError
from spot_failover.domain.outlook import next_step
from spot_failover.domain.record import HoldKind, Operation, Phase, Record
from spot_failover.domain.registration import more_careful

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from spot_failover.domain.identity import Location, ServiceId
    from spot_failover.domain.ledger import Ledger
    from spot_failover.domain.policy import Mode
    from spot_failover.domain.record import Pause, Spoke
    from spot_failover.jobs import ports

logger = logging.getLogger(__name__)

# Places are read side by side: hundreds in a row would take seconds. boto3 keeps ten connections open.
READERS = 10


class Attention(IntEnum):
    """What a service asks of people, the most urgent first."""

    BLOCKED = 0
    MOVING = 1
    AWAY = 2
    HELD = 3
    LACKING = 4
    NONE = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One service. `reason` says why it stands as it does, `next_step` what comes next and when.

    hold: why nothing is done although there would be something to do. paused: by whom and until when, if it
    is. since: when the phase began. findings: what the service lacks, in sentences. spot, on_demand, demand,
    healthy: tasks, as a survey counted them at `counted_at`; None: not yet counted.
    """

    service: ServiceId
    owner: str
    mode: Mode
    operation: Operation
    phase: Phase
    hold: HoldKind | None
    paused: str
    reason: str
    since: datetime
    next_step: str
    last_error: str
    findings: tuple[str, ...] = ()
    spot: int | None = None
    on_demand: int | None = None
    demand: int | None = None
    healthy: int | None = None
    counted_at: datetime | None = None

    @property
    def attention(self) -> Attention:
        """How urgently someone should look at it."""
        if self.last_error or self.hold is HoldKind.BLOCKED:
            return Attention.BLOCKED
        if self.phase in {Phase.FAILING_OVER, Phase.RESTORING}:
            return Attention.MOVING
        if self.phase is Phase.ON_DEMAND:
            return Attention.AWAY
        if self.hold or self.paused:
            return Attention.HELD
        return Attention.LACKING if self.findings else Attention.NONE

    @property
    def calm(self) -> bool:
        """Whether nobody needs to look now, whatever it lacks."""
        return self.attention in {Attention.LACKING, Attention.NONE}


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with an account and region as a whole, in a sentence."""

    location: Location
    sentence: str


def rows(
    services: ports.Services, spokes: ports.Spokes, ledgers: ports.Ledgers, now: datetime
) -> Sequence[Row]:
    """Return all services of the fleet, those that need a person first, then those that moved last."""
    frozen = services.frozen()

    def at(location: Location) -> list[Row]:
        records, ledger = services.at(location), _ledger(ledgers, location)
        return [row(_as_passed(record, frozen, ledger), ledger, now) for record in records]

    with ThreadPoolExecutor(READERS) as threads:
        found = [each for rows_there in threads.map(at, spokes.all()) for each in rows_there]
    by_place = sorted(found, key=lambda each: each.service)
    by_time = sorted(by_place, key=lambda each: each.since, reverse=True)
    return sorted(by_time, key=lambda each: each.attention)


def row(record: Record, ledger: Ledger | None, now: datetime) -> Row:
    """Return one service's row."""
    reading = ledger.readings.get(record.id) if ledger else None
    paused = record.paused_at(now)
    return Row(
        service=record.id,
        owner=record.policy.owner,
        mode=record.policy.mode,
        operation=record.operation,
        phase=record.phase,
        hold=record.hold.kind if record.hold else None,
        paused=paused.sentence if paused else "",
        reason=record.hold.reason if record.hold else record.reason,
        since=record.since,
        next_step=next_step(record, now),
        last_error=record.last_error,
        findings=tuple(finding.sentence for finding in record.findings),
        spot=reading.spot if reading else None,
        on_demand=reading.on_demand if reading else None,
        demand=reading.demand if reading else None,
        healthy=reading.healthy if reading else None,
        counted_at=ledger.at if ledger and reading else None,
    )


def _ledger(ledgers: ports.Ledgers, location: Location) -> Ledger | None:
    try:
        return ledgers.load(location)
    except UnreadableItemError as error:
        # The survey writes it anew within a minute; the services themselves are shown all the same.
        logger.warning("The tasks of %s are not shown: %s", location.key, error)
        return None


def _as_passed(record: Record, frozen: Pause | None, ledger: Ledger | None) -> Record:
    """Return the record as a pass takes it: under the hub's own kill switch, and the fleet's pause."""
    operation = more_careful(record.operation, ledger.operation) if ledger else record.operation
    return replace(record, operation=operation, paused=frozen or record.paused)


def troubles(spokes: ports.Spokes) -> Sequence[Trouble]:
    """Return what is wrong with accounts and regions, in their order."""
    return [
        Trouble(spoke.location, sentence)
        for spoke in sorted(spokes.known(), key=lambda spoke: spoke.location)
        for sentence in _sentences(spoke)
    ]


def _sentences(spoke: Spoke) -> list[str]:
    said = []
    if spoke.gone_at:
        said.append(
            f"The spoke is gone since {spoke.gone_at:%Y-%m-%d %H:%M} UTC: nothing is heard of it and its "
            "role refuses. Nothing is touched there. Apply workload-spoke again, or leave it to be forgotten "
            "after a week."
        )
    elif spoke.silent and spoke.heard_at:
        said.append(
            f"Nothing has been heard of the spoke since {spoke.heard_at:%Y-%m-%d %H:%M} UTC: interruptions "
            "there may go unseen. Look at its rules, its forwarding role and its heartbeat."
        )
    if spoke.last_error and not spoke.gone_at:
        said.append(f"The last survey met a fault: {spoke.last_error}")
    said += [f"{parameter} cannot be used: {reason}" for parameter, reason in sorted(spoke.rejected.items())]
    return said
