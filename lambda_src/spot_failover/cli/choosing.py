"""Which services somebody means by a few letters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from spot_failover.cli.errors import CommandLineError
from spot_failover.domain.identity import ServiceId
from spot_failover.jobs import status

if TYPE_CHECKING:
    from datetime import datetime

    from spot_failover.cli.hub import Hub
    from spot_failover.domain.record import Record
    from spot_failover.jobs.status import Row

_SHOWN = 10


def path(service: ServiceId) -> str:
    """Return a service's id as it is shown: account/region/cluster/service."""
    return service.key.replace("::", "/")


def meant(text: str, services: Sequence[ServiceId]) -> list[ServiceId]:
    """Return the services that are meant: whole names go before parts of names."""
    wanted = text.replace("::", "/").strip("/")
    whole = [service for service in services if f"/{path(service)}".endswith(f"/{wanted}")]
    return whole or [service for service in services if wanted and wanted in path(service)]


def among(text: str, services: Sequence[ServiceId]) -> list[ServiceId]:
    """Return the services that are meant, at least one."""
    found = meant(text, services)
    if found:
        return found
    if not services:
        raise CommandLineError(
            "The hub knows no service. Is this the hub's account and region, and its name_prefix?"
        )
    raise CommandLineError(f'No service of the hub is called "{text}". `spotfailover status` lists them.')


def one(hub: Hub, text: str, now: datetime) -> Record:
    """Return the record of the one service that is meant."""
    service = _by_id(text) or _only(text, [row.service for row in everyone(hub, now)])
    record = hub.services.load(service)
    if record is None:
        raise CommandLineError(
            f"{service.key} is not registered with this hub. `spotfailover status` lists those that are."
        )
    return record


def everyone(hub: Hub, now: datetime) -> Sequence[Row]:
    """Return the rows of all services, those first that need a person."""
    return status.rows(hub.services, hub.spokes, hub.ledgers, now)


def filtered(rows: Sequence[Row], texts: Sequence[str]) -> list[Row]:
    """Return the rows that are meant, in their order; all where none is named."""
    if not texts:
        return list(rows)
    services = [row.service for row in rows]
    wanted = {service for text in texts for service in among(text, services)}
    return [row for row in rows if row.service in wanted]


def _by_id(text: str) -> ServiceId | None:
    try:
        return ServiceId.from_key(text.replace("/", "::"))
    except ValueError:
        return None


def _only(text: str, services: Sequence[ServiceId]) -> ServiceId:
    found = sorted(among(text, services))
    if len(found) == 1:
        return found[0]
    listed = "\n".join(f"  {path(service)}" for service in found[:_SHOWN])
    more = f"\n  and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    raise CommandLineError(f'"{text}" may be any of these; say more of it:\n{listed}{more}')
