"""What the parameters of an account and region say: which services are protected, and how."""

from __future__ import annotations

import json
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, TypeAlias

from spot_failover.domain.identity import Location, ServiceId
from spot_failover.domain.policy import SCHEMA, InvalidPolicyError, Mode, Policy, parse_policy
from spot_failover.domain.record import Operation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spot_failover.domain.service import Observation

PARAMETER_ROOT = "/spot-failover"
SPOKE_PARAMETER = f"{PARAMETER_ROOT}/spoke"
SERVICES_PREFIX = f"{PARAMETER_ROOT}/services/"
CONTRACT = 1
# The ECS tag by which the owners of a service keep default policies away from it.
TAG = "spot-failover"
OFF = "off"


# A complete read of the parameters of one account and region below PARAMETER_ROOT, name to value.
Parameters: TypeAlias = "Mapping[str, str]"


@dataclass(frozen=True, slots=True)
class DefaultPolicy:
    """The policy of every service on Spot that has none of its own; `exclude` names `cluster/service`.

    Patterns may hold * and ?.
    """

    policy: Policy
    exclude: tuple[str, ...] = ()

    def covers(self, service: ServiceId, observation: Observation) -> bool:
        """Whether the owners of the account, and nobody of the service, want it protected."""
        name = f"{service.cluster}/{service.service}"
        excluded = any(fnmatchcase(name, pattern) for pattern in self.exclude)
        return observation.active and not excluded and observation.tags.get(TAG) != OFF


@dataclass(frozen=True, slots=True)
class SpokeSettings:
    """The spoke's own parameter."""

    hub_bus_arn: str
    clusters: tuple[str, ...]
    operation: Operation
    default_policy: DefaultPolicy | None = None


@dataclass(frozen=True, slots=True)
class Registration:
    """One service that its owners want protected."""

    service: ServiceId
    policy: Policy
    operation: Operation = Operation.ACTIVE


@dataclass(frozen=True, slots=True)
class Registrations:
    """All that the parameters of one account and region say to this hub.

    settings: the spoke's own, None where there is no usable one for this hub. services: usable registrations.
    present: every service that has a parameter, usable or not: a bad policy keeps the last good one.
    rejected: reasons by parameter name.
    """

    settings: SpokeSettings | None
    services: tuple[Registration, ...]
    present: frozenset[ServiceId]
    rejected: Mapping[str, str]


class InvalidSpokeError(ValueError):
    """The spoke's parameter cannot be read; the message says why."""


def read_registrations(parameters: Parameters, location: Location, event_bus_arn: str) -> Registrations:
    """Sort out a complete read of the parameters; a spoke that names another hub's bus is not ours."""
    present = {
        name: service for name in parameters if (service := service_of_parameter(name, location)) is not None
    }
    everyone = frozenset(present.values())
    rejected: dict[str, str] = {}
    if SPOKE_PARAMETER not in parameters:
        return Registrations(None, (), frozenset(), rejected)
    try:
        spoke = parse_spoke(parameters[SPOKE_PARAMETER])
    except InvalidSpokeError as error:
        return Registrations(None, (), everyone, {SPOKE_PARAMETER: str(error)})
    if spoke.hub_bus_arn != event_bus_arn:
        return Registrations(None, (), frozenset(), rejected)
    services = []
    for name, service in sorted(present.items()):
        if spoke.clusters and service.cluster not in spoke.clusters:
            rejected[name] = (
                f"{name}: cluster {service.cluster} is not among the clusters that the spoke was given "
                f"({', '.join(spoke.clusters)}). Add it to `clusters` of workload-spoke, or unregister it."
            )
            continue
        try:
            services.append(Registration(service, read_policy(name, parameters[name]), spoke.operation))
        except InvalidPolicyError as error:
            rejected[name] = str(error)
    return Registrations(spoke, tuple(services), everyone, rejected)


def parse_spoke(text: str) -> SpokeSettings:
    """Read the spoke's parameter; raise InvalidSpokeError with a sentence."""
    document = _object(text, SPOKE_PARAMETER, InvalidSpokeError)
    if document.get("contract") != CONTRACT:
        raise InvalidSpokeError(
            f"{SPOKE_PARAMETER} has contract {document.get('contract')!r}, but this hub reads "
            f"contract {CONTRACT}. Use the workload-spoke module of the hub's version."
        )
    bus, clusters, operation = (
        document.get("hub_bus_arn"),
        document.get("clusters", []),
        document.get("operation", "active"),
    )
    if not isinstance(bus, str) or not bus:
        raise InvalidSpokeError(f"{SPOKE_PARAMETER} names no hub_bus_arn.")
    if not isinstance(clusters, list) or not all(isinstance(name, str) for name in clusters):
        raise InvalidSpokeError(f"{SPOKE_PARAMETER}: clusters must be a list of cluster names.")
    if not isinstance(operation, str) or operation not in set(Operation):
        raise InvalidSpokeError(
            f"{SPOKE_PARAMETER}: operation is {operation!r}. Wanted: {' or '.join(Operation)}."
        )
    default = document.get("default_policy")
    try:
        policy = None if default is None else parse_default(default)
    except InvalidPolicyError as fault:
        raise InvalidSpokeError(f"{SPOKE_PARAMETER}: default_policy: {fault}") from fault
    return SpokeSettings(bus, tuple(clusters), Operation(operation), policy)


def parse_default(document: object) -> DefaultPolicy:
    """Read a default policy: mode `switch`, a dry run unless told otherwise; raise InvalidPolicyError."""
    if not isinstance(document, dict):
        raise InvalidPolicyError("A default policy must be a JSON object.")
    exclude = document.get("exclude", [])
    if not isinstance(exclude, list) or not all(isinstance(name, str) for name in exclude):
        raise InvalidPolicyError('exclude must be a list of "cluster/service" names; * and ? are allowed.')
    fields = {name: value for name, value in document.items() if name != "exclude"}
    policy = parse_policy({"schema": SCHEMA, "mode": Mode.SWITCH.value, "dry_run": True, **fields})
    if policy.mode is not Mode.SWITCH:
        raise InvalidPolicyError(
            f'A default policy has mode "switch", not "{policy.mode}": standbys belong to single services.'
        )
    return DefaultPolicy(policy, tuple(exclude))


def service_of_parameter(name: str, location: Location) -> ServiceId | None:
    """Return the service that a parameter registers, or None where the name is not of that form."""
    cluster, _, service = name.removeprefix(SERVICES_PREFIX).partition("/")
    if not name.startswith(SERVICES_PREFIX) or not cluster or not service or "/" in service:
        return None
    return ServiceId(location.account, location.region, cluster, service)


def read_policy(name: str, text: str) -> Policy:
    """Read a service's parameter; raise InvalidPolicyError naming the parameter."""
    document = _object(text, name, InvalidPolicyError)
    try:
        return parse_policy(document)
    except InvalidPolicyError as error:
        raise InvalidPolicyError(f"{name}: {error}") from error


def more_careful(*operations: Operation) -> Operation:
    """Return the more careful of several kill switches."""
    return max(operations, key=tuple(Operation).index)


def _object(text: str, name: str, error: type[ValueError]) -> dict[str, object]:
    try:
        document = json.loads(text)
    except ValueError as fault:
        raise error(f"{name} does not hold JSON: {fault}.") from fault
    if not isinstance(document, dict):
        raise error(f"{name} must hold a JSON object.")
    return document
