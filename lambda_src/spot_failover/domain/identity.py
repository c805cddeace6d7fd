"""Which service, in which account and region: the names everything else is keyed by."""

from __future__ import annotations

from dataclasses import dataclass

SEPARATOR = "::"


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """An account and a region: what one spoke covers."""

    account: str
    region: str

    @property
    def key(self) -> str:
        """`{account}::{region}`, the `parent` of every service there."""
        return SEPARATOR.join((self.account, self.region))

    @classmethod
    def from_key(cls, key: str) -> Location:
        """Read `{account}::{region}` back; raise ValueError for anything else."""
        account, region = key.split(SEPARATOR)
        return cls(account, region)


@dataclass(frozen=True, slots=True, order=True)
class ServiceId:
    """One ECS service. The region is part of the key: names repeat across regions and accounts."""

    account: str
    region: str
    cluster: str
    service: str

    @property
    def key(self) -> str:
        """`{account}::{region}::{cluster}::{service}`, the key of the state and evidence tables."""
        return SEPARATOR.join((self.account, self.region, self.cluster, self.service))

    @property
    def location(self) -> Location:
        """Where the service runs."""
        return Location(self.account, self.region)

    def beside(self, service: str) -> ServiceId:
        """Return another service of the same cluster."""
        return ServiceId(self.account, self.region, self.cluster, service)

    def arn(self, partition: str) -> str:
        """Return the service's ARN in the long format."""
        return f"arn:{partition}:ecs:{self.region}:{self.account}:service/{self.cluster}/{self.service}"

    @classmethod
    def from_key(cls, key: str) -> ServiceId:
        """Read a table key back; raise ValueError for anything else."""
        account, region, cluster, service = key.split(SEPARATOR)
        return cls(account, region, cluster, service)
