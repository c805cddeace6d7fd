"""What was done and why: every message about a service, kept in the evidence table beside its evidence."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from spot_failover.adapters import items
from spot_failover.adapters.outbox import service_of
from spot_failover.adapters.tables import Item, Table
from spot_failover.adapters.times import to_text
from spot_failover.domain.identity import ServiceId
from spot_failover.domain.record import Message

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HistoryRows:
    """The channel that writes the history; rows expire after `kept`."""

    table: Table
    kept: timedelta

    name = "history"

    def takes(self, message: Message) -> bool:
        return service_of(message) is not None

    def deliver(self, messages: Sequence[Message]) -> Mapping[str, str]:
        for message in messages:
            if service := service_of(message):
                self.table.put(
                    {
                        **items.from_message(message),
                        "message_id": message.id,
                        "id": _key(service),
                        "at": f"{to_text(message.time)}#{message.id}",
                        "expires_at": int((message.time + self.kept).timestamp()),
                    }
                )
        return {}


@dataclass(frozen=True, slots=True)
class DynamoHistory:
    """The port `History`."""

    table: Table

    def read(self, service: ServiceId, since: datetime) -> Sequence[Message]:
        rows = self.table.query(
            f"the history of {service.key}",
            KeyConditionExpression="id = :id AND #at >= :since",
            ExpressionAttributeNames={"#at": "at"},
            ExpressionAttributeValues={":id": _key(service), ":since": to_text(since)},
        )
        return list(_readable(rows))


def _key(service: ServiceId) -> str:
    return f"history::{service.key}"


def _readable(rows: Iterable[Item]) -> Iterator[Message]:
    for row in rows:
        try:
            yield items.to_message({**row, "id": row["message_id"]})
        except (KeyError, ValueError):  # one bad row must not hide the others
            logger.exception("The history row %s of %s cannot be read and is left out.", row["at"], row["id"])
