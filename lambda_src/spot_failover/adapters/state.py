"""The state table: one item a registered service, one a standby that is claimed, one a spoke.

Services belong to an account and region, spokes to the fleet, by the index `parent`; nothing is ever scanned.
A claim belongs to neither, and is only ever read by its key; so is the one item that freezes the fleet.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from spot_failover.adapters import items, record_items
from spot_failover.adapters.tables import Item, Table
from spot_failover.adapters.times import from_text, to_text
from spot_failover.domain.errors import ConflictError, UnreadableItemError
from spot_failover.domain.identity import Location, ServiceId
from spot_failover.domain.readiness import Finding
from spot_failover.domain.record import Pause, Phase, Record, Spoke
from spot_failover.domain.registration import Registration

Content = TypeVar("Content")

logger = logging.getLogger(__name__)

INDEX = "parent"
_NEVER_SAVED = 0


@dataclass(frozen=True, slots=True)
class DynamoServices:
    """The port `Services`."""

    table: Table

    def load(self, service: ServiceId) -> Record | None:
        item = self.table.get(service.key)
        return None if item is None else _read(item, record_items.to_record)

    def save(self, record: Record) -> Record:
        saved = replace(record, version=record.version + 1)
        attributes = record_items.pass_attributes(saved)
        self.table.update(
            record.id.key,
            values={name: value for name, value in attributes.items() if not items.is_empty(value)},
            remove=[name for name, value in attributes.items() if items.is_empty(value)],
            expected={"version": record.version},
        )
        return saved

    def forget(self, record: Record) -> None:
        # A registration that came back in the meantime ends the leaving, and leaves the version alone.
        leaving = to_text(record.leaving) if record.leaving else None
        self.table.delete(record.id.key, expected={"version": record.version, "leaving": leaving})

    def register(self, registration: Registration, now: datetime) -> bool:
        before = self.table.update(
            registration.service.key,
            values=record_items.registration_attributes(registration),
            first={"phase": Phase.STEADY.value, "since": to_text(now), "version": _NEVER_SAVED},
            remove=["leaving", "missing_since"],
        )
        return not before

    def mark_leaving(self, service: ServiceId, now: datetime) -> None:
        self._note_first(service, "leaving", now)

    def mark_missing(self, service: ServiceId, now: datetime) -> datetime:
        return self._note_first(service, "missing_since", now)

    def note_findings(self, service: ServiceId, findings: Sequence[Finding], now: datetime) -> None:
        # A forgotten item stays forgotten.
        with suppress(ConflictError):
            self.table.update(
                service.key,
                values=record_items.readiness_attributes(findings, now),
                expected={"id": service.key},
            )

    def pause(self, service: ServiceId, pause: Pause | None) -> None:
        self.table.update(
            service.key,
            values={"paused": items.from_pause(pause)} if pause else {},
            remove=() if pause else ["paused"],
            expected={"id": service.key},
        )

    def freeze(self, pause: Pause | None) -> None:
        if pause is None:
            self.table.delete(items.FLEET)
        else:
            self.table.put({"id": items.FLEET, "paused": items.from_pause(pause)})

    def frozen(self) -> Pause | None:
        item = self.table.get(items.FLEET)
        return None if item is None else _read(item, lambda item: items.to_pause(item["paused"], fleet=True))

    def at(self, location: Location) -> Sequence[Record]:
        found = self.table.query(
            f"the services of {location.key}",
            IndexName=INDEX,
            KeyConditionExpression="parent = :parent",
            ExpressionAttributeValues={":parent": location.key},
        )
        return list(_readable(found, record_items.to_record))

    def claim(self, standby: ServiceId, owner: ServiceId) -> ServiceId:
        before = self.table.update(items.claim_key(standby), values={}, first=items.claim_attributes(owner))
        return _read(before, items.to_owner) if before else owner

    def release(self, standby: ServiceId, owner: ServiceId) -> None:
        # No error where it is another's, or nobody's.
        with suppress(ConflictError):
            self.table.delete(items.claim_key(standby), expected=items.claim_attributes(owner))

    def owner_of(self, standby: ServiceId) -> ServiceId | None:
        item = self.table.get(items.claim_key(standby))
        return None if item is None else _read(item, items.to_owner)

    def _note_first(self, service: ServiceId, attribute: str, now: datetime) -> datetime:
        try:
            before = self.table.update(
                service.key, values={}, first={attribute: to_text(now)}, expected={"id": service.key}
            )
        except ConflictError:  # the item was forgotten, and stays so
            return now
        return from_text(before[attribute]) if attribute in before else now


@dataclass(frozen=True, slots=True)
class DynamoSpokes:
    """The port `Spokes`."""

    table: Table

    def load(self, location: Location) -> Spoke | None:
        item = self.table.get(items.spoke_key(location))
        return None if item is None else _read(item, items.to_spoke)

    def save(self, spoke: Spoke) -> None:
        self.table.put(items.from_spoke(spoke))

    def forget(self, location: Location) -> None:
        self.table.delete(items.spoke_key(location))

    def all(self) -> Iterator[Location]:
        for item in self._fleet(ProjectionExpression="id"):
            yield items.location_of_spoke(item["id"])

    def known(self) -> Iterator[Spoke]:
        return _readable(self._fleet(), items.to_spoke)

    def _fleet(self, **request: str) -> Iterator[dict[str, Any]]:
        return self.table.query(
            "the spokes of the fleet",
            IndexName=INDEX,
            KeyConditionExpression="parent = :parent",
            ExpressionAttributeValues={":parent": items.FLEET},
            **request,
        )


def _readable(found: Iterable[Item], convert: Callable[[Item], Content]) -> Iterator[Content]:
    """Read what can be read: one bad item must not hide the others."""
    for item in found:
        try:
            yield _read(item, convert)
        except UnreadableItemError as error:
            logger.error("%s Until then it is left out.", error)  # noqa: TRY400 - the sentence says it all


def _read(item: Item, convert: Callable[[Item], Content]) -> Content:
    try:
        return convert(item)
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableItemError(
            f"The state table's item {item['id']} cannot be read ({type(error).__name__}: {error}). It was "
            "edited by hand or written by a newer hub: correct it, or delete it to have it registered anew."
        ) from error
