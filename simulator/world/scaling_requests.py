"""What requests of Application Auto Scaling have in common."""

from __future__ import annotations

from typing import Final

from simulator.world.errors import EcsError
from simulator.world.model import Document
from simulator.world.names import ServiceKey, partition
from simulator.world.paging import page
from simulator.world.scalable_targets import ScalableTarget, ScalableTargets
from simulator.world.state import Region

NAMESPACE: Final = "ecs"
DIMENSION: Final = "ecs:service:DesiredCount"
_PARTS: Final = 3  # service/cluster/name


def invalid(message: str) -> EcsError:
    """Return the error for a request that is refused."""
    return EcsError("ValidationException", message)


def missing(message: str) -> EcsError:
    """Return the error for a request that names what does not exist."""
    return EcsError("ObjectNotFoundException", message)


def resource_of(key: ServiceKey) -> str:
    """Return the resource id of a service."""
    return f"service/{key.cluster}/{key.service}"


def dimension_of(target: ScalableTarget) -> Document:
    """Return the three members that name a scalable target."""
    return {
        "ServiceNamespace": NAMESPACE,
        "ResourceId": resource_of(target.key),
        "ScalableDimension": DIMENSION,
    }


def check_namespace(request: Document) -> None:
    """Refuse other services of AWS than ECS."""
    if request.get("ServiceNamespace") != NAMESPACE:
        raise invalid("The ServiceNamespace must be ecs in this world.")


def key_of(region: Region, request: Document) -> ServiceKey:
    """Read which service a request means."""
    check_namespace(request)
    parts = str(request.get("ResourceId") or "").split("/")
    if request.get("ScalableDimension") != DIMENSION or len(parts) != _PARTS or parts[0] != "service":
        raise invalid(f"Only {DIMENSION} of service/CLUSTER/SERVICE can be scaled in this world.")
    return ServiceKey(region.account, region.name, parts[1], parts[2])


def find_target(region: Region, targets: ScalableTargets, request: Document) -> ScalableTarget:
    """Find the scalable target that a request names."""
    key = key_of(region, request)
    target = targets.find(key)
    if target is None:
        raise missing(
            f"No scalable target found for service namespace: {NAMESPACE}, resource ID: "
            f"{resource_of(key)}, scalable dimension: {DIMENSION}"
        )
    return target


def asked_targets(region: Region, targets: ScalableTargets, request: Document) -> list[ScalableTarget]:
    """Return the target that a listing asks for, or all."""
    check_namespace(request)
    resource = request.get("ResourceId")
    found = targets.of(region.account, region.name)
    return [target for target in found if resource in (None, resource_of(target.key))]


def name_in(request: Document, member: str) -> str:
    """Read a name that must be there."""
    name = str(request.get(member) or "")
    if not name:
        raise invalid(f"{member} is required.")
    return name


def own_arn(region: Region, kind: str, target: ScalableTarget) -> str:
    """Return the ARN of a policy or scheduled action of a target."""
    start = f"arn:{partition(region.name)}:autoscaling:{region.name}:{region.account}"
    return f"{start}:{kind}:resource/{NAMESPACE}/{resource_of(target.key)}"


def listed(name: str, items: list[Document], request: Document) -> Document:
    """Return one page of a listing."""
    return page(name, items, request, default=50, most=50, words=("MaxResults", "NextToken"))
