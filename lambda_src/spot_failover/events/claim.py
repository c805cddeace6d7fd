"""Which service an event says it is about, and whether its sender may say so.

EventBridge vouches for the account and region of an event, but for nothing in its `resources` and `detail`:
whoever may put events on a bus can write any ARN there. So all that is named must lie where the event comes
from. A drill from the central account is the exception: it may name any service of the fleet.
"""

from __future__ import annotations

from dataclasses import dataclass

from spot_failover.domain.identity import Location, ServiceId
from spot_failover.events.arns import EcsArn
from spot_failover.events.errors import RejectedEventError, quoted


@dataclass(frozen=True, slots=True)
class Claim:
    """A service by name, with every ARN that the event gives for it; `task_arn` where it is about a task."""

    cluster: str
    service: str
    arns: tuple[EcsArn, ...]
    task_arn: str | None = None


def accept(claim: Claim, origin: Location) -> ServiceId:
    """Return the service if everything named lies in the account and region that the event comes from."""
    for arn in claim.arns:
        if arn.location != origin:
            raise RejectedEventError(
                f"The event comes from account {origin.account} in {origin.region}, but names"
                f" {quoted(arn.text)}: nobody may speak for another account or region."
            )
    return ServiceId(origin.account, origin.region, claim.cluster, claim.service)


def accept_drill(claim: Claim, origin: Location, *, hub_account: str) -> ServiceId:
    """Return the service that a drill names, if it comes from there or from the central account."""
    if origin.account == hub_account:
        return accept(claim, claim.arns[0].location)
    return accept(claim, origin)
