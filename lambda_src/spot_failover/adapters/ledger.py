"""The ledgers in the state table: one item an account and region, found by its key only.

An item holds 400 KB, is billed by the KB each minute, and a place may have thousands of services: what it
says is JSON, compressed.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, Final, TypeVar

from spot_failover.adapters.items import Document, maybe
from spot_failover.adapters.tables import Table
from spot_failover.adapters.times import from_text, to_text
from spot_failover.domain.errors import UnreadableItemError
from spot_failover.domain.identity import Location, ServiceId
from spot_failover.domain.ledger import Ledger, Reading, Usage
from spot_failover.domain.record import Operation
from spot_failover.domain.task_definition import TaskSize

Read = TypeVar("Read")

_PREFIX: Final = "ledger::"
# Finer than a thousandth of a cent a minute.
_DECIMALS: Final = 9


@dataclass(frozen=True, slots=True)
class DynamoLedgers:
    """The port `Ledgers`."""

    table: Table

    def load(self, location: Location) -> Ledger | None:
        item = self.table.get(f"{_PREFIX}{location.key}")
        if item is None:
            return None
        try:
            return to_ledger(location, item)
        except (KeyError, TypeError, ValueError, zlib.error) as error:
            raise UnreadableItemError(
                f"The state table's item {item['id']} cannot be read ({type(error).__name__}: {error})."
            ) from error

    def save(self, ledger: Ledger) -> None:
        self.table.put(from_ledger(ledger))


def from_ledger(ledger: Ledger) -> dict[str, Any]:
    """Return a ledger's item."""
    document = {
        "day": ledger.day.isoformat(),
        "readings": _by_cluster(ledger.readings),
        "usage": _by_cluster(ledger.usage),
        "yesterday": maybe(_document, ledger.yesterday),
        "advised_at": maybe(to_text, ledger.advised_at),
        "sizes": {arn: _document(size) for arn, size in ledger.sizes.items()},
        "sizes_retry_at": maybe(to_text, ledger.sizes_retry_at),
        "operation": ledger.operation.value,
    }
    return {
        "id": f"{_PREFIX}{ledger.location.key}",
        "looked_at": to_text(ledger.at),
        "said": zlib.compress(json.dumps(document).encode()),
    }


def to_ledger(location: Location, item: Document) -> Ledger:
    """Read a ledger's item; raise KeyError, TypeError, ValueError or zlib.error where its form is another."""
    document = said(item)
    return Ledger(
        location,
        at=from_text(item["looked_at"]),
        day=date.fromisoformat(document["day"]),
        readings=_by_service(location, document["readings"], _reader(Reading)),
        usage=_by_service(location, document["usage"], _reader(Usage)),
        yesterday=maybe(_reader(Usage), document["yesterday"]),
        advised_at=maybe(from_text, document["advised_at"]),
        sizes={arn: _reader(TaskSize)(size) for arn, size in document["sizes"].items()},
        sizes_retry_at=maybe(from_text, document["sizes_retry_at"]),
        operation=Operation(document["operation"]),
    )


def said(item: Document) -> dict[str, Any]:
    """Return what a ledger's item says, in JSON's values; raise as `to_ledger` does."""
    return json.loads(zlib.decompress(bytes(item["said"])))  # type: ignore[no-any-return]


def _document(of: Any) -> dict[str, Any]:  # noqa: ANN401 - a dataclass
    return {
        name: round(value, _DECIMALS) if isinstance(value, float) else value
        for name, value in asdict(of).items()
    }


def _reader(of: Callable[..., Read]) -> Callable[[Document], Read]:
    """Return what reads one; another version of the hub may have written more of it, or less."""
    known = {field.name for field in fields(of)}  # type: ignore[arg-type]  # a dataclass

    def read(document: Document) -> Read:
        return of(**{name: value for name, value in document.items() if name in known})

    return read


def _by_cluster(rows: Mapping[ServiceId, object]) -> dict[str, dict[str, Any]]:
    clusters: dict[str, dict[str, Any]] = {}
    for service, row in rows.items():
        clusters.setdefault(service.cluster, {})[service.service] = _document(row)
    return clusters


def _by_service(
    location: Location, clusters: Document, read: Callable[[Document], Read]
) -> dict[ServiceId, Read]:
    return {
        ServiceId(location.account, location.region, cluster, service): read(row)
        for cluster, services in clusters.items()
        for service, row in services.items()
    }
