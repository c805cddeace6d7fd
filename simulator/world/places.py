"""Where a task runs: what decides which capacity it needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

_LETTERS: Final = "abcdef"


@dataclass(frozen=True, slots=True)
class Place:
    """An account's region and zone, and the kind of task; `size` is CPU units and MiB, as in `256/512`."""

    account: str
    region: str
    zone: str
    architecture: str
    size: str


def subnets_in(settings: dict[str, Any]) -> Sequence[str]:
    """Return the subnets of a network configuration, in an order that does not depend on how it was given."""
    network = settings.get("networkConfiguration") or {}
    return sorted(set((network.get("awsvpcConfiguration") or {}).get("subnets") or ()))


def zones_in(region: str, settings: dict[str, Any]) -> dict[str, str]:
    """Return the zone of each subnet: the world knows no VPCs, so each subnet gets the next zone.

    Without subnets everything runs in the region's first zone.
    """
    subnets = subnets_in(settings) or ("",)
    return {subnet: region + _LETTERS[index % len(_LETTERS)] for index, subnet in enumerate(subnets)}
