"""ARNs and ids as ECS writes them."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True, order=True)
class ServiceKey:
    """What makes a service unique: every account and region may have the same cluster and service names."""

    account: str
    region: str
    cluster: str
    service: str


def partition(region: str) -> str:
    """Return the ARN partition that a region belongs to."""
    if region.startswith("cn-"):
        return "aws-cn"
    if region.startswith("us-gov-"):
        return "aws-us-gov"
    return "aws"


def arn(account: str, region: str, resource: str) -> str:
    """Return the ARN of an ECS resource such as `cluster/main`."""
    return f"arn:{partition(region)}:ecs:{region}:{account}:{resource}"


def capacity_provider_arn(account: str, region: str, name: str) -> str:
    """Return the ARN under which events name a capacity provider."""
    return arn(account, region, f"capacity-provider/{name}")


def last_part(name_or_arn: str) -> str:
    """Return the short name of a resource given by name or by ARN, of the old format or the new."""
    return name_or_arn.rsplit("/", maxsplit=1)[-1]


def new_deployment_id(random: Random) -> str:
    """Return an id of the form `ecs-svc/` and 19 digits, leading zeros included, as ECS gives them."""
    return f"ecs-svc/{random.randrange(10**19):019d}"


def new_task_id(random: Random) -> str:
    """Return 32 hexadecimal digits."""
    return f"{random.getrandbits(128):032x}"


def new_uuid(random: Random) -> str:
    """Return a UUID for an event or a service message."""
    digits = f"{random.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
