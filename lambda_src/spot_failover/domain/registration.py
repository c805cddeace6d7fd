"""What the parameters of an account and region say: which services are protected, and how."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spot_failover.domain.identity import Location, ServiceId
from spot_failover.domain.policy import InvalidPolicyError, Policy, parse_policy
from spot_failover.domain.record import Operation

if TYPE_CHECKING:
    from collections.abc import Mapping

PARAMETER_ROOT = "/spot-failover"
SPOKE_PARAMETER = f"{PARAMETER_ROOT}/spoke"
SERVICES_PREFIX = f"{PARAMETER_ROOT}/services/"
CONTRACT = 1



@dataclass(frozen=True, slots=True)
class Parameters:
    """A complete read of the parameters of one account and region, name to value."""

    values: Mapping[str, str]

    @property
    def has_spoke(self) -> bool:
        """Whether the spoke's own parameter is there."""
        return SPOKE_PARAMETER in self.values


@dataclass(frozen=True, slots=True)
class SpokeSettings:
    """The spoke's own parameter."""

    hub_bus_arn: str
    clusters: tuple[str, ...]
    operation: Operation


@dataclass(frozen=True, slots=True)
class Registration:
    """One service that its owners want protected."""

    service: ServiceId
    policy: Policy
    operation: Operation = Operation.ACTIVE


class InvalidSpokeError(ValueError):
    """The spoke's parameter cannot be read; the message says why."""


def parse_spoke(text: str) -> SpokeSettings:
    """Read the spoke's parameter; raise InvalidSpokeError with a sentence."""
    document = _object(text, SPOKE_PARAMETER, InvalidSpokeError)
    if document.get("contract") != CONTRACT:
        raise InvalidSpokeError(
            f"{SPOKE_PARAMETER} has contract {document.get('contract')!r}, but this hub reads contract {CONTRACT}. "
            "Use the workload-spoke module of the hub's version."
        )
    bus, clusters, operation = document.get("hub_bus_arn"), document.get("clusters", []), document.get("operation", "active")
    if not isinstance(bus, str) or not bus:
        raise InvalidSpokeError(f"{SPOKE_PARAMETER} names no hub_bus_arn.")
    if not isinstance(clusters, list) or not all(isinstance(name, str) for name in clusters):
        raise InvalidSpokeError(f"{SPOKE_PARAMETER}: clusters must be a list of cluster names.")
    if operation not in set(Operation):
        raise InvalidSpokeError(
            f"{SPOKE_PARAMETER}: operation is {operation!r}. Wanted: {' or '.join(Operation)}."
        )
    return SpokeSettings(bus, tuple(clusters), Operation(operation))


def service_of_parameter(name: str, location: Location) -> ServiceId | None:
    """Return the service that a parameter registers, or None where the name is not of that form."""
    parts = name.removeprefix(SERVICES_PREFIX).split("/")
    if not name.startswith(SERVICES_PREFIX) or len(parts) != 2 or not all(parts):  # noqa: PLR2004 - cluster/service
        return None
    return ServiceId(location.account, location.region, *parts)


def read_policy(name: str, text: str) -> Policy:
    """Read a service's parameter; raise InvalidPolicyError naming the parameter."""
    document = _object(text, name, InvalidPolicyError)
    try:
        return parse_policy(document)
    except InvalidPolicyError as error:
        raise InvalidPolicyError(f"{name}: {error}") from error


def more_careful(*operations: Operation) -> Operation:
    """Return the more careful of several kill switches."""
    return Operation.DRY_RUN if Operation.DRY_RUN in operations else Operation.ACTIVE


def _object(text: str, name: str, error: type[ValueError]) -> dict[str, object]:
    try:
        document = json.loads(text)
    except ValueError as fault:
        raise error(f"{name} does not hold JSON: {fault}.") from fault
    if not isinstance(document, dict):
        raise error(f"{name} must hold a JSON object.")
    return document
