"""The fields of an ARN."""

from __future__ import annotations

from typing import Final

FIELDS: Final = 6


def service_of(arn: str) -> str:
    """Return the service of an ARN ("" if it is none)."""
    return _field(arn, 2)


def region_of(arn: str) -> str:
    """Return the region of an ARN ("" if it has none)."""
    return _field(arn, 3)


def account_of(arn: str) -> str:
    """Return the account of an ARN ("" if it has none)."""
    return _field(arn, 4)


def resource_of(arn: str) -> str:
    """Return what an ARN says after its account ("" if it is none)."""
    return _field(arn, 5)


def _field(arn: str, number: int) -> str:
    fields = arn.split(":", FIELDS - 1)
    return fields[number] if len(fields) == FIELDS else ""
