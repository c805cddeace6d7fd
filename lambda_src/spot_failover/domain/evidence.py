"""What events told us about Spot, and how it is counted: by distinct task and by time, never by message."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from operator import attrgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Fargate Spot takes a task back two minutes after its notice; the STOPPED event may follow a little later.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html
NOTICE = timedelta(seconds=120)
NOTICE_SLACK = timedelta(seconds=60)


class EvidenceKind(StrEnum):
    """What says something about capacity: events, and what the survey sees for itself.

    The last two are what an operator asks for.
    """

    SPOT_INTERRUPTION = "spot_interruption"
    SPOT_PLACEMENT_FAILURE = "spot_placement_failure"
    SPOT_TASK_STARTED = "spot_task_started"
    SPOT_TASK_START_FAILED = "spot_task_start_failed"
    ON_DEMAND_SHORTAGE = "on_demand_shortage"
    SPOT_TASK_WAITING = "spot_task_waiting"
    SPOT_DEFICIT = "spot_deficit"
    OPERATOR_FAILOVER = "operator_failover"
    OPERATOR_RESTORE = "operator_restore"

    # As the text that it equals; the one that enums have is slow, and each row of a window is counted by it.
    __hash__ = str.__hash__


@dataclass(frozen=True, slots=True)
class Evidence:
    """One event about one service.

    `time` is the event's own; `subject` is the task ARN, or the event id where no task is named.
    `stopped` says that ECS counts the task as running no more; `lacks_capacity` that its reason named missing
    capacity.
    """

    kind: EvidenceKind
    time: datetime
    event_id: str
    subject: str
    reason: str = ""
    lacks_capacity: bool = False
    stopped: bool = False
    drill: bool = False

    @property
    def is_command(self) -> bool:
        """Whether an operator asked for it."""
        return self.kind in {EvidenceKind.OPERATOR_FAILOVER, EvidenceKind.OPERATOR_RESTORE}


@dataclass(frozen=True, slots=True)
class Tally:
    """Evidence of one window, counted by distinct subject at its first sight.

    taken_back: tasks whose two minutes of notice are running. noticed: tasks under notice that ECS may still
    count as running. waiting and deficits: surveys that saw a task wait for capacity too long, or tasks
    missing without a word from ECS. on_demand_shortages never count against Spot. asked: an operator's last
    command. latest: the operator's wish to fail over, or else Spot's last failure.
    """

    placement_failures: int = 0
    capacity_failures: int = 0
    interruptions: int = 0
    started: int = 0
    taken_back: int = 0
    noticed: int = 0
    waiting: int = 0
    deficits: int = 0
    on_demand_shortages: int = 0
    drill: bool = False
    asked: Evidence | None = None
    latest: Evidence | None = None

    @property
    def failover_asked(self) -> Evidence | None:
        """An operator's command to fail over that no other has followed."""
        return self.asked if self.asked and self.asked.kind is EvidenceKind.OPERATOR_FAILOVER else None

    @property
    def restore_asked(self) -> Evidence | None:
        """An operator's command to try Spot that no other has followed."""
        return self.asked if self.asked and self.asked.kind is EvidenceKind.OPERATOR_RESTORE else None

    @property
    def errors(self) -> int:
        """How often Spot failed the service."""
        return self.placement_failures + self.capacity_failures + self.interruptions + self.waiting


def first_sights(evidence: Iterable[Evidence]) -> list[Evidence]:
    """Return the earliest row of every kind and subject, in the order of time."""
    seen: dict[tuple[EvidenceKind, str], Evidence] = {}
    for row in sorted(evidence, key=attrgetter("time", "event_id")):
        seen.setdefault((row.kind, row.subject), row)
    return list(seen.values())


def tally(evidence: Iterable[Evidence], *, since: datetime, now: datetime) -> Tally:
    """Count the evidence first seen after `since`.

    Rows may repeat and come in any order; `evidence` should reach back `NOTICE + NOTICE_SLACK` before
    `since`, so that the follow-ups of an older interruption are recognised as old.
    """
    rows = list(evidence)
    if not rows:
        return Tally()
    seen = first_sights(rows)
    stopped = {row.subject for row in rows if row.kind is EvidenceKind.SPOT_INTERRUPTION and row.stopped}
    fresh = [row for row in seen if row.time > since]
    failures = [row for row in fresh if _counts_against_spot(row)]
    count = Counter(row.kind for row in fresh)
    failed = Counter(row.kind for row in failures)
    current = [row for row in seen if row.kind is EvidenceKind.SPOT_INTERRUPTION and not row.drill]
    asked = _last([row for row in fresh if row.is_command])
    wanted = asked if asked and asked.kind is EvidenceKind.OPERATOR_FAILOVER else None
    return Tally(
        placement_failures=failed[EvidenceKind.SPOT_PLACEMENT_FAILURE],
        capacity_failures=failed[EvidenceKind.SPOT_TASK_START_FAILED],
        interruptions=failed[EvidenceKind.SPOT_INTERRUPTION],
        started=count[EvidenceKind.SPOT_TASK_STARTED],
        taken_back=sum(row.time > since and now - row.time <= NOTICE for row in current),
        noticed=sum(
            row.subject not in stopped and now - row.time <= NOTICE + NOTICE_SLACK for row in current
        ),
        waiting=failed[EvidenceKind.SPOT_TASK_WAITING],
        deficits=failed[EvidenceKind.SPOT_DEFICIT],
        on_demand_shortages=count[EvidenceKind.ON_DEMAND_SHORTAGE],
        drill=any(row.drill for row in failures),
        asked=asked,
        latest=wanted or _last(failures),
    )


def _last(rows: Sequence[Evidence]) -> Evidence | None:
    return rows[-1] if rows else None


def last_failure(evidence: Iterable[Evidence]) -> datetime | None:
    """Return when Spot last failed, by any row."""
    return max((row.time for row in evidence if _counts_against_spot(row)), default=None)


def _counts_against_spot(row: Evidence) -> bool:
    match row.kind:
        case (
            EvidenceKind.SPOT_TASK_STARTED
            | EvidenceKind.ON_DEMAND_SHORTAGE
            | EvidenceKind.OPERATOR_FAILOVER
            | EvidenceKind.OPERATOR_RESTORE
        ):
            return False
        case EvidenceKind.SPOT_TASK_START_FAILED:
            return row.lacks_capacity
        case (
            EvidenceKind.SPOT_INTERRUPTION
            | EvidenceKind.SPOT_PLACEMENT_FAILURE
            | EvidenceKind.SPOT_TASK_WAITING
            | EvidenceKind.SPOT_DEFICIT
        ):
            return True
