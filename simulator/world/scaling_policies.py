"""Scaling policies: kept as given. What they would ask for is said by `ScalingApi.demand`."""

from __future__ import annotations

from typing import Final

from simulator.world.copies import copied
from simulator.world.ground import Ground
from simulator.world.model import Document
from simulator.world.names import new_uuid
from simulator.world.scalable_targets import ScalableTargets
from simulator.world.scaling_requests import (
    asked_targets,
    dimension_of,
    find_target,
    listed,
    missing,
    name_in,
    own_arn,
)
from simulator.world.state import Region

_MEMBERS: Final = ("PolicyType", "TargetTrackingScalingPolicyConfiguration", "StepScalingPolicyConfiguration")


class ScalingPolicies:
    """The scaling policies of one account and region."""

    def __init__(self, region: Region, ground: Ground, targets: ScalableTargets) -> None:
        self._region = region
        self._schedule = ground.schedule
        self._random = ground.random
        self._targets = targets

    def put(self, request: Document) -> Document:
        """Make or change a policy; what is not given stays as it is."""
        target = find_target(self._region, self._targets, request)
        name = name_in(request, "PolicyName")
        given = {member: copied(request[member]) for member in _MEMBERS if request.get(member) is not None}
        policy = target.policies.get(name, {}) | given
        policy.setdefault("CreationTime", self._schedule.now)
        kind = f"scalingPolicy:{new_uuid(self._random)}"
        policy.setdefault("PolicyARN", own_arn(self._region, kind, target))
        policy.setdefault("Alarms", [])
        target.policies[name] = policy
        return {"PolicyARN": policy["PolicyARN"], "Alarms": []}

    def describe(self, request: Document) -> Document:
        """List policies."""
        names = request.get("PolicyNames")
        found = [
            dimension_of(target) | {"PolicyName": name} | copied(policy)
            for target in asked_targets(self._region, self._targets, request)
            for name, policy in sorted(target.policies.items())
            if not names or name in names
        ]
        return listed("ScalingPolicies", found, request)

    def delete(self, request: Document) -> Document:
        """Remove a policy; without any, nothing is asked for any more."""
        target = find_target(self._region, self._targets, request)
        name = name_in(request, "PolicyName")
        if target.policies.pop(name, None) is None:
            raise missing(f"No scaling policy found for {name}")
        if not target.policies:
            target.demand = None
        return {}
