"""The spoke role of each workload account: assumed when needed, kept until shortly before it expires."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import boto3

from spot_failover.adapters.clients import ONCE, RETRYING
from spot_failover.adapters.faults import translated, turns_away
from spot_failover.domain.identity import Location

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_ssm import SSMClient
    from mypy_boto3_sts import STSClient
    from mypy_boto3_sts.type_defs import CredentialsTypeDef

# Shown in the workload account's CloudTrail beside every call.
SESSION_NAME = "spot-failover"
_RENEW_BEFORE = timedelta(minutes=5)
# What is denied to credentials of this age is denied to newer ones too: a permission that the role lacks must
# not cost an AssumeRole with every call.
_FRESH = timedelta(minutes=1)
# A client holds about a third of a megabyte with its connection; a function that has seen hundreds of
# accounts must not grow with them.
_CLIENTS_KEPT = 256


@dataclass(frozen=True, slots=True)
class _Assumed:
    credentials: CredentialsTypeDef
    at: datetime


@dataclass(slots=True)
class SpokeSessions:
    """Clients for the workload accounts."""

    hub: boto3.Session
    sts: STSClient
    partition: str
    role_name: str
    external_id: str
    clock: Callable[[], datetime]
    _assumed: dict[str, _Assumed] = field(default_factory=dict)
    _clients: dict[tuple[str, Location, bool], Any] = field(default_factory=dict)

    def ecs(self, location: Location) -> ECSClient:
        """Return a client that repeats what fails in passing."""
        client: ECSClient = self._client("ecs", location)
        return client

    def ecs_once(self, location: Location) -> ECSClient:
        """Return a client that sends each request once."""
        client: ECSClient = self._client("ecs", location, once=True)
        return client

    def ssm(self, location: Location) -> SSMClient:
        """Return a client that repeats what fails in passing."""
        client: SSMClient = self._client("ssm", location)
        return client

    # mypy knows these only by stubs that are not among the development tools.

    def elbv2(self, location: Location) -> Any:  # noqa: ANN401
        """Return a client of the load balancers, which repeats what fails in passing."""
        return self._client("elbv2", location)

    def scaling(self, location: Location) -> Any:  # noqa: ANN401
        """Return a client of Application Auto Scaling, which repeats what fails in passing."""
        return self._client("application-autoscaling", location)

    def quotas(self, location: Location) -> Any:  # noqa: ANN401
        """Return a client of Service Quotas, which repeats what fails in passing."""
        return self._client("service-quotas", location)

    def _client(self, service: str, location: Location, *, once: bool = False) -> Any:  # noqa: ANN401 - typed above
        credentials = self._valid_credentials(location.account)
        key = (service, location, once)
        if key not in self._clients:
            while len(self._clients) >= _CLIENTS_KEPT:
                del self._clients[next(iter(self._clients))]
            client = self.hub.client(  # type: ignore[call-overload]
                service,
                region_name=location.region,
                aws_access_key_id=credentials["AccessKeyId"],
                aws_secret_access_key=credentials["SecretAccessKey"],
                aws_session_token=credentials["SessionToken"],
                config=ONCE if once else RETRYING,
            )
            client.meta.events.register("after-call", partial(self._heed, location.account))
            self._clients[key] = client
        return self._clients[key]

    def _valid_credentials(self, account: str) -> CredentialsTypeDef:
        known = self._assumed.get(account)
        now = self.clock()
        if known is None or known.credentials["Expiration"] - _RENEW_BEFORE <= now:
            self._forget(account)
            known = self._assumed[account] = _Assumed(self._assume(account), now)
        return known.credentials

    def _heed(self, account: str, parsed: Mapping[str, Any], **_: object) -> None:
        """Use credentials that AWS turns away no more: their role may have been deleted and created anew."""
        known = self._assumed.get(account)
        turned_away = turns_away(parsed.get("Error", {}).get("Code", ""))
        if turned_away and known and self.clock() - known.at >= _FRESH:
            self._forget(account)

    def _forget(self, account: str) -> None:
        self._assumed.pop(account, None)
        self._clients = {key: client for key, client in self._clients.items() if key[1].account != account}

    def _assume(self, account: str) -> CredentialsTypeDef:
        role = f"arn:{self.partition}:iam::{account}:role/{self.role_name}"
        denied = (
            "Apply workload-spoke in that account with the `spoke` output of this hub: the role must exist, "
            "trust this hub's work role and ask for its external id."
        )
        with translated("sts:AssumeRole", f"role {role}", denied=denied):
            return self.sts.assume_role(
                RoleArn=role, RoleSessionName=SESSION_NAME, ExternalId=self.external_id
            )["Credentials"]
