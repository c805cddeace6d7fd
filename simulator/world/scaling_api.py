"""Application Auto Scaling of one account and region, for the desired count of ECS services."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from simulator.world.errors import THROTTLING, EcsError
from simulator.world.ground import Ground
from simulator.world.model import Document
from simulator.world.names import ServiceKey, new_uuid, partition
from simulator.world.scalable_targets import ScalableTarget, ScalableTargets
from simulator.world.scaling_policies import ScalingPolicies
from simulator.world.scaling_requests import (
    check_namespace,
    dimension_of,
    find_target,
    invalid,
    key_of,
    listed,
    resource_of,
)
from simulator.world.scheduled_actions import ScheduledActions
from simulator.world.state import Region

_SUSPENDED: Final = {
    "DynamicScalingInSuspended": "scale_in",
    "DynamicScalingOutSuspended": "scale_out",
    "ScheduledScalingSuspended": "scheduled",
}


class ScalingApi:
    """What a client of one account and region can call. Requests and responses are in AWS's own shape."""

    def __init__(self, region: Region, ground: Ground, targets: ScalableTargets) -> None:
        self._region = region
        self._schedule = ground.schedule
        self._random = ground.random
        self._events = ground.events
        self._faults = ground.faults
        self._targets = targets
        actions = ScheduledActions(region, ground, targets)
        policies = ScalingPolicies(region, ground, targets)
        self._operations: dict[str, Callable[[Document], Document]] = {
            "RegisterScalableTarget": self._register,
            "DescribeScalableTargets": self._describe,
            "DeregisterScalableTarget": self._deregister,
            "PutScheduledAction": actions.put,
            "DescribeScheduledActions": actions.describe,
            "DeleteScheduledAction": actions.delete,
            "PutScalingPolicy": policies.put,
            "DescribeScalingPolicies": policies.describe,
            "DeleteScalingPolicy": policies.delete,
            "TagResource": self._tag,
            "UntagResource": self._untag,
            "ListTagsForResource": self._list_tags,
        }

    @property
    def operations(self) -> frozenset[str]:
        """The names of the operations that exist here."""
        return frozenset(self._operations)

    def call(self, operation: str, request: Document) -> Document:
        """Call an operation by its name in AWS's model; raises `EcsError` with AWS's code."""
        handler = self._operations.get(operation)
        if handler is None:
            raise EcsError("InvalidAction", f"The world does not know the scaling operation {operation}.")
        if self._faults.takes(operation):
            raise EcsError(THROTTLING, "Rate exceeded")
        response = handler(request)
        self._events.flush()
        return response

    def demand(self, key: ServiceKey, desired: int) -> None:
        """Let target tracking want this desired count from now on.

        It is applied within the limits as soon as it can be: not while suspended, no scale-in during a
        deployment, nothing at all while no task runs. If someone else changes the desired count, target
        tracking changes it back within a minute.
        """
        target = self._targets.find(key)
        if target is None:
            raise LookupError(f"{key.service} in {key.cluster} has no scalable target: register one first.")
        self._targets.demand(target, desired)
        self._events.flush()

    def _register(self, request: Document) -> Document:
        key = key_of(self._region, request)
        target = self._targets.find(key)
        minimum, maximum = request.get("MinCapacity"), request.get("MaxCapacity")
        if target is None:
            if minimum is None or maximum is None:
                raise invalid("MinCapacity and MaxCapacity are required for a new scalable target.")
            if self._targets.active_service(key) is None:
                raise invalid(f"ECS service doesn't exist: {resource_of(key)}")
            target = self._new(key, request)
        low = target.minimum if minimum is None else int(minimum)
        high = target.maximum if maximum is None else int(maximum)
        if not 0 <= low <= high:
            raise invalid("Maximum capacity cannot be less than minimum capacity, nor either below 0.")
        given = request.get("SuspendedState") or {}
        flags: dict[str, Any] = {field: given[name] for name, field in _SUSPENDED.items() if name in given}
        target.minimum, target.maximum = low, high
        target.suspended = replace(target.suspended, **flags)
        target.role_arn = str(request.get("RoleARN") or target.role_arn)
        self._targets.add(target)
        # New limits are applied at once (AWS says so); a call without limits lets dynamic scaling do it.
        limits = minimum is not None or maximum is not None
        self._targets.clamp(
            target,
            up=limits or not target.suspended.scale_out,
            down=limits or not target.suspended.scale_in,
        )
        service = self._targets.active_service(key)
        if service is not None:
            self._targets.changed(service)
        return {"ScalableTargetARN": target.arn}

    def _new(self, key: ServiceKey, request: Document) -> ScalableTarget:
        account, region = self._region.account, self._region.name
        prefix, number = f"arn:{partition(region)}", new_uuid(self._random).replace("-", "")
        role = "role/aws-service-role/ecs.application-autoscaling.amazonaws.com"
        return ScalableTarget(
            key=key,
            arn=f"{prefix}:application-autoscaling:{region}:{account}:scalable-target/{number}",
            minimum=0,
            maximum=0,
            role_arn=f"{prefix}:iam::{account}:{role}/AWSServiceRoleForApplicationAutoScaling_ECSService",
            created_at=self._schedule.now,
            tags=dict(request.get("Tags") or {}),
        )

    def _describe(self, request: Document) -> Document:
        check_namespace(request)
        asked = request.get("ResourceIds")
        targets = [
            _target_document(target)
            for target in self._targets.of(self._region.account, self._region.name)
            if not asked or resource_of(target.key) in asked
        ]
        return listed("ScalableTargets", targets, request)

    def _deregister(self, request: Document) -> Document:
        self._targets.remove(find_target(self._region, self._targets, request))
        return {}

    def _tag(self, request: Document) -> Document:
        self._by_arn(request).tags.update(request.get("Tags") or {})
        return {}

    def _untag(self, request: Document) -> Document:
        for name in request.get("TagKeys") or []:
            self._by_arn(request).tags.pop(name, None)
        return {}

    def _list_tags(self, request: Document) -> Document:
        return {"Tags": dict(self._by_arn(request).tags)}

    def _by_arn(self, request: Document) -> ScalableTarget:
        for target in self._targets.of(self._region.account, self._region.name):
            if target.arn == request.get("ResourceARN"):
                return target
        raise EcsError("ResourceNotFoundException", "The specified resource doesn't exist.")


def _target_document(target: ScalableTarget) -> Document:
    return dimension_of(target) | {
        "MinCapacity": target.minimum,
        "MaxCapacity": target.maximum,
        "RoleARN": target.role_arn,
        "CreationTime": target.created_at,
        "SuspendedState": {name: getattr(target.suspended, field) for name, field in _SUSPENDED.items()},
        "ScalableTargetARN": target.arn,
    }
