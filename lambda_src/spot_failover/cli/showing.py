"""Services and their history as text for people and as JSON for scripts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from spot_failover.cli.choosing import path
from spot_failover.domain.identity import Location, ServiceId
from spot_failover.jobs.status import Row, Trouble

if TYPE_CHECKING:
    from spot_failover.domain.record import Message, Pause

_HEADINGS = ("SERVICE", "PHASE", "SINCE", "SPOT", "ON-DEMAND", "DEMAND")
_NO_SERVICE = "The hub knows no service yet. The module protected-service registers one."
_UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def status_text(
    rows: Sequence[Row],
    troubles: Sequence[Trouble],
    frozen: Pause | None,
    now: datetime,
    *,
    detailed: bool,
) -> str:
    """Return a table of services, with why and what next below those that are not calm.

    detailed: say of each what it lacks, and not only how much that is.
    """
    lines = [frozen.sentence, ""] if frozen else []
    lines += _table(rows, now, detailed=detailed) if rows else [_NO_SERVICE]
    if troubles:
        lines += ["", "Accounts and regions:"]
        lines += [f"  {path_of(trouble.location)}: {trouble.sentence}" for trouble in troubles]
    return "\n".join(lines)


def status_document(
    rows: Sequence[Row], troubles: Sequence[Trouble], frozen: Pause | None, now: datetime
) -> dict[str, Any]:
    """Return the same as JSON."""
    return {
        "at": now.isoformat(),
        "frozen": frozen.sentence if frozen else None,
        "services": [{**plain(row), "attention": row.attention.name.lower()} for row in rows],
        "troubles": [plain(trouble) for trouble in troubles],
    }


def history_text(messages: Sequence[Message]) -> str:
    """Return one paragraph a message, oldest first."""
    return "\n".join(
        f"{message.time:%Y-%m-%d %H:%M:%S} UTC  {message.detail_type}\n    {message.detail.get('reason', '')}"
        for message in messages
    )


def path_of(location: Location) -> str:
    """Return an account and region as they are shown."""
    return f"{location.account}/{location.region}"


def age(span: timedelta) -> str:
    """Return how long something has been, in its largest unit."""
    seconds = max(0, int(span.total_seconds()))
    size, unit = next(((size, unit) for size, unit in _UNITS if seconds >= size), (1, "s"))
    return f"{seconds // size} {unit}"


def as_json(document: object) -> str:
    """Return JSON on one line, so that every round of a watch is one."""
    return json.dumps(document, ensure_ascii=False)


def plain(value: Any) -> Any:  # noqa: ANN401 - any value of a row
    """Return what JSON can say of a value; a service is its id."""
    match value:
        case ServiceId() | Location():
            return value.key
        case datetime():
            return value.isoformat()
        case str() | int() | float() | None:
            return value
        case Mapping():
            return {str(name): plain(member) for name, member in value.items()}
        case Iterable():
            return [plain(member) for member in value]
        case _ if is_dataclass(value):
            return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    raise TypeError(f"{type(value).__name__} has no place in JSON here.")


def _table(rows: Sequence[Row], now: datetime, *, detailed: bool) -> list[str]:
    cells = [_HEADINGS, *(_cells(row, now) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(_HEADINGS))]
    told: list[Sequence[str]] = [(), *((*_why(row), *_lacks(row, detailed=detailed)) for row in rows)]
    lines = []
    for row, why in zip(cells, told, strict=True):
        lines.append("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        lines += [f"    {line}" for line in why]
    return lines


def _cells(row: Row, now: datetime) -> tuple[str, ...]:
    counts = ("-" if count is None else str(count) for count in (row.spot, row.on_demand, row.demand))
    return (path(row.service), row.phase.value, age(now - row.since), *counts)


def _why(row: Row) -> list[str]:
    if row.calm:
        return []
    lines = [f"fault: {row.last_error}"] if row.last_error else []
    if row.paused and row.paused not in row.reason:
        lines.append(f"pause: {row.paused}")
    return [*lines, f"why:   {row.reason}", f"next:  {row.next_step}"]


def _lacks(row: Row, *, detailed: bool) -> list[str]:
    if detailed or not row.findings:
        return [f"lacks: {finding}" for finding in row.findings]
    things = "thing" if len(row.findings) == 1 else "things"
    name = f"{row.service.cluster}/{row.service.service}"
    return [f"lacks: {len(row.findings)} {things}, which `spotfailover status {name}` says"]
