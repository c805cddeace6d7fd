"""Application Auto Scaling in the workload accounts: what is suspended of a service's scalable target."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from spot_failover.adapters.faults import of_service, translated
from spot_failover.adapters.sessions import SpokeSessions
from spot_failover.domain.errors import RefusedError
from spot_failover.domain.identity import ServiceId
from spot_failover.domain.scaling import Limits, Suspended

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

_NAMESPACE: Final = "ecs"
_DIMENSION: Final = "ecs:service:DesiredCount"
# Names of clusters and services. IAM cannot hold RegisterScalableTarget to a cluster or a service, so nothing
# that is not exactly one service may become a resource id here.
# https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html
_RESOURCE_ID = re.compile(r"service/[A-Za-z0-9_-]{1,255}/[A-Za-z0-9_-]{1,255}")
_DENIED = (
    "The spoke role needs application-autoscaling:DescribeScalableTargets and RegisterScalableTarget there: "
    "apply workload-spoke of this hub's version."
)


@dataclass(frozen=True, slots=True)
class SpokeScaling:
    """The port `Scaling`."""

    sessions: SpokeSessions

    def describe(self, service: ServiceId) -> Suspended | None:
        resource_id = _resource_id(service)
        with self._calling("DescribeScalableTargets", service):
            answer = self.sessions.scaling(service.location).describe_scalable_targets(
                ServiceNamespace=_NAMESPACE, ScalableDimension=_DIMENSION, ResourceIds=[resource_id]
            )
        for target in answer["ScalableTargets"]:
            if target["ResourceId"] == resource_id:
                state = target.get("SuspendedState", {})
                return Suspended(
                    scale_in=state.get("DynamicScalingInSuspended", False),
                    scale_out=state.get("DynamicScalingOutSuspended", False),
                    scheduled=state.get("ScheduledScalingSuspended", False),
                )
        return None

    def limits(self, services: Sequence[ServiceId]) -> Mapping[ServiceId, Limits]:
        named = {_resource_id(service): service for service in services}
        if not named:
            return {}
        with self._calling("DescribeScalableTargets", services[0]):
            answer = self.sessions.scaling(services[0].location).describe_scalable_targets(
                ServiceNamespace=_NAMESPACE, ScalableDimension=_DIMENSION, ResourceIds=list(named)
            )
        return {
            named[target["ResourceId"]]: Limits(target["MinCapacity"], target["MaxCapacity"])
            for target in answer["ScalableTargets"]
        }

    def suspend(self, service: ServiceId, suspended: Suspended) -> None:
        resource_id = _resource_id(service)
        with self._calling("RegisterScalableTarget", service):
            # Without MinCapacity and MaxCapacity the limits stay as they are.
            self.sessions.scaling(service.location).register_scalable_target(
                ServiceNamespace=_NAMESPACE,
                ScalableDimension=_DIMENSION,
                ResourceId=resource_id,
                SuspendedState={
                    "DynamicScalingInSuspended": suspended.scale_in,
                    "DynamicScalingOutSuspended": suspended.scale_out,
                    "ScheduledScalingSuspended": suspended.scheduled,
                },
            )

    def _calling(self, operation: str, service: ServiceId) -> AbstractContextManager[None]:
        return translated(f"application-autoscaling:{operation}", of_service(service), denied=_DENIED)


def _resource_id(service: ServiceId) -> str:
    resource_id = f"service/{service.cluster}/{service.service}"
    if not _RESOURCE_ID.fullmatch(resource_id):
        raise RefusedError(
            f"{resource_id!r} is not the resource id of one ECS service, so Application Auto Scaling is not "
            "asked about it. Look at the name of the registration's parameter."
        )
    return resource_id
