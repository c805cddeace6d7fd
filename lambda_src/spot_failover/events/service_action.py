"""ECS Service Action: what ECS's scheduler says of a service. One matters here, the placement failure.

    {
      "id": "0c9d5e7a-41b3-4a86-8d2f-6f1e3b7c9a58",
      "detail-type": "ECS Service Action",
      "source": "aws.ecs",
      "account": "222233334444",
      "time": "2026-03-02T09:15:40Z",
      "region": "eu-central-1",
      "resources": ["arn:aws:ecs:eu-central-1:222233334444:service/shop/checkout"],
      "detail": {
        "eventType": "ERROR",
        "eventName": "SERVICE_TASK_PLACEMENT_FAILURE",
        "clusterArn": "arn:aws:ecs:eu-central-1:222233334444:cluster/shop",
        "capacityProviderArns": ["arn:aws:ecs:eu-central-1:222233334444:capacity-provider/FARGATE_SPOT"],
        "reason": "RESOURCE:FARGATE",
        "createdAt": "2026-03-02T09:15:40.512Z"
      }
    }

CAPACITY_PROVIDER_STEADY_STATE, the commonest of all, names capacity providers too: the event's name decides.
A failure that names only FARGATE, or no provider at all (the plain launch type), is on-demand's shortage, and
RESOURCE:ENI or RESOURCE:MEMORY is neither's.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_events.html
"""

from __future__ import annotations

from spot_failover.domain.capacity import FARGATE, FARGATE_SPOT
from spot_failover.domain.evidence import EvidenceKind
from spot_failover.events.arns import cluster_arn, service_arn
from spot_failover.events.claim import Claim
from spot_failover.events.envelope import Envelope
from spot_failover.events.errors import (
    MalformedEventError,
    RejectedEventError,
    UnidentifiedServiceError,
    quoted,
)
from spot_failover.events.fields import text, texts
from spot_failover.events.model import OtherKind

_DETAIL = "the service's detail"
_NO_FARGATE = "RESOURCE:FARGATE"
_SPOT_PROVIDER = f":capacity-provider/{FARGATE_SPOT}"
_ON_DEMAND_PROVIDER = f":capacity-provider/{FARGATE}"


def classify(envelope: Envelope) -> EvidenceKind | OtherKind:
    """Return what the event says about capacity: the same as the event patterns of the spoke."""
    match text(envelope.detail, "eventName", of=_DETAIL):
        case "SERVICE_STEADY_STATE":
            return OtherKind.STEADY_STATE
        case "SERVICE_TASK_PLACEMENT_FAILURE":
            return _placement_failure(envelope)
        case _:
            return OtherKind.OTHER_SERVICE_ACTION


def reason(envelope: Envelope) -> str:
    """Return why the placement failed, as ECS words it."""
    return text(envelope.detail, "reason", of=_DETAIL) or ""


def _placement_failure(envelope: Envelope) -> EvidenceKind | OtherKind:
    providers = texts(envelope.detail, "capacityProviderArns", of=_DETAIL)
    if reason(envelope) != _NO_FARGATE:
        return OtherKind.OTHER_SERVICE_ACTION
    if any(provider.endswith(_SPOT_PROVIDER) for provider in providers):
        return EvidenceKind.SPOT_PLACEMENT_FAILURE
    if not providers or any(provider.endswith(_ON_DEMAND_PROVIDER) for provider in providers):
        return EvidenceKind.ON_DEMAND_SHORTAGE
    return OtherKind.OTHER_SERVICE_ACTION


def claim(envelope: Envelope) -> Claim:
    """Return which service it is about, by the event's own account.

    A drill need not carry `clusterArn`; an ARN of the old format, which has no cluster, does need it.
    """
    if not envelope.resources:
        raise MalformedEventError("The event names no service: 'resources' is empty.")
    service = service_arn(envelope.resources[0])
    named = text(envelope.detail, "clusterArn", of=_DETAIL)
    if named is None:
        if service.cluster is None:
            raise UnidentifiedServiceError(
                f"{quoted(service.text)} is an ARN of the old format, without the cluster, and the event has"
                " no 'clusterArn': it cannot be told which service this is."
            )
        return Claim(cluster=service.cluster, service=service.name, arns=(service,))
    cluster = cluster_arn(named)
    if service.cluster not in {None, cluster.name}:
        raise RejectedEventError(
            f"The event names two clusters: {quoted(service.cluster)} by its service's ARN,"
            f" {quoted(cluster.name)} by 'clusterArn'."
        )
    return Claim(cluster=cluster.name, service=service.name, arns=(service, cluster))
