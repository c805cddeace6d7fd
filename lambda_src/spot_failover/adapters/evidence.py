"""The evidence table: one row an event, found by service and time, gone after a week."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from spot_failover.adapters import items
from spot_failover.adapters.tables import Item, Table
from spot_failover.adapters.times import to_text
from spot_failover.domain.evidence import Evidence
from spot_failover.domain.identity import ServiceId

logger = logging.getLogger(__name__)

KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class DynamoEvidenceLog:
    """The port `EvidenceLog`."""

    table: Table

    def add(self, service: ServiceId, evidence: Evidence) -> None:
        expires_at = int((evidence.time + KEPT).timestamp())
        self.table.put(
            {
                "id": service.key,
                "at": _sort_key(evidence),
                "expires_at": expires_at,
                **items.from_evidence(evidence),
            }
        )

    def read(self, service: ServiceId, since: datetime) -> Sequence[Evidence]:
        rows = self.table.query(
            f"the evidence of {service.key}",
            KeyConditionExpression="id = :id AND #at >= :since",
            ExpressionAttributeNames={"#at": "at"},
            ExpressionAttributeValues={":id": service.key, ":since": to_text(since)},
            ConsistentRead=True,
        )
        return list(_readable(rows))


def _readable(rows: Iterable[Item]) -> Iterator[Evidence]:
    for row in rows:
        try:
            yield items.to_evidence(row)
        except (KeyError, ValueError):  # one bad row must not hide the others
            logger.exception(
                "The evidence row %s of %s cannot be read and is left out.", row["at"], row["id"]
            )


def _sort_key(evidence: Evidence) -> str:
    # Times of events are whole seconds: two events about one task may share theirs, and only the event's id
    # tells the notice from the stop.
    parts = [to_text(evidence.time), evidence.kind.value, evidence.subject]
    return "#".join(parts if evidence.subject == evidence.event_id else [*parts, evidence.event_id])
