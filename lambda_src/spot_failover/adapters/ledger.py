"""The ledgers in the state table: one item an account and region, found by its key only.

Rows are lists, for an item holds 400 KB and a place may have thousands of services; `columns` names them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass, fields
from datetime import date
from typing import Any, Final, TypeVar

from spot_failover.adapters.items import Document, is_empty, maybe
from spot_failover.adapters.tables import Table
from spot_failover.adapters.times import from_text, to_text
from spot_failover.domain.errors import UnreadableItemError
from spot_failover.domain.identity import Location, ServiceId
from spot_failover.domain.ledger import Ledger, Reading, Usage
from spot_failover.domain.record import Operation
from spot_failover.domain.task_definition import TaskSize

Row = TypeVar("Row")

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
        except (KeyError, TypeError, ValueError) as error:
            raise UnreadableItemError(
                f"The state table's item {item['id']} cannot be read ({type(error).__name__}: {error})."
            ) from error

    def save(self, ledger: Ledger) -> None:
        self.table.put(from_ledger(ledger))


def from_ledger(ledger: Ledger) -> dict[str, Any]:
    """Return a ledger's item."""
    item = {
        "id": f"{_PREFIX}{ledger.location.key}",
        "looked_at": to_text(ledger.at),
        "day": ledger.day.isoformat(),
        "columns": {
            "readings": _names(Reading),
            "usage": _names(Usage),
            "sizes": _names(TaskSize),
        },
        "readings": _by_cluster(ledger.readings),
        "usage": _by_cluster(ledger.usage),
        "yesterday": maybe(_row, ledger.yesterday),
        "advised_at": maybe(to_text, ledger.advised_at),
        "sizes": {arn: _row(size) for arn, size in ledger.sizes.items()},
        "sizes_retry_at": maybe(to_text, ledger.sizes_retry_at),
        "operation": ledger.operation.value,
    }
    return {name: value for name, value in item.items() if not is_empty(value)}


def to_ledger(location: Location, item: Document) -> Ledger:
    """Read a ledger's item; raise KeyError, TypeError or ValueError where it is not of this form."""
    columns = item["columns"]
    usage = _reader(Usage, columns["usage"])
    size = _reader(TaskSize, columns["sizes"])
    return Ledger(
        location,
        at=from_text(item["looked_at"]),
        day=date.fromisoformat(item["day"]),
        readings=_by_service(location, item.get("readings", {}), _reader(Reading, columns["readings"])),
        usage=_by_service(location, item.get("usage", {}), usage),
        yesterday=maybe(usage, item.get("yesterday")),
        advised_at=maybe(from_text, item.get("advised_at")),
        sizes={arn: size(row) for arn, row in item.get("sizes", {}).items()},
        sizes_retry_at=maybe(from_text, item.get("sizes_retry_at")),
        operation=Operation(item.get("operation", Operation.ACTIVE)),
    )


def _names(of: Any) -> list[str]:  # noqa: ANN401 - a dataclass
    return [field.name for field in fields(of)]


def _row(of: Any) -> list[Any]:  # noqa: ANN401 - a dataclass
    return [round(value, _DECIMALS) if isinstance(value, float) else value for value in astuple(of)]


def _reader(of: Callable[..., Row], columns: list[str]) -> Callable[[list[Any]], Row]:
    known = set(_names(of))

    def read(row: list[Any]) -> Row:
        return of(**{name: value for name, value in zip(columns, row, strict=True) if name in known})

    return read


def _by_cluster(rows: Mapping[ServiceId, object]) -> dict[str, dict[str, list[Any]]]:
    clusters: dict[str, dict[str, list[Any]]] = {}
    for service, row in rows.items():
        clusters.setdefault(service.cluster, {})[service.service] = _row(row)
    return clusters


def _by_service(
    location: Location, clusters: Document, read: Callable[[list[Any]], Row]
) -> dict[ServiceId, Row]:
    return {
        ServiceId(location.account, location.region, cluster, service): read(row)
        for cluster, services in clusters.items()
        for service, row in services.items()
    }
