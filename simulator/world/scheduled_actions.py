"""Scheduled actions: limits that change at their time."""

from __future__ import annotations

from typing import Final

from simulator.world.copies import copied
from simulator.world.expressions import next_run
from simulator.world.ground import Ground
from simulator.world.model import Document
from simulator.world.names import new_uuid
from simulator.world.scalable_targets import ScalableTarget, ScalableTargets
from simulator.world.scaling_requests import (
    asked_targets,
    dimension_of,
    find_target,
    invalid,
    listed,
    missing,
    name_in,
    own_arn,
)
from simulator.world.state import Region

_MEMBERS: Final = ("Schedule", "Timezone", "StartTime", "EndTime", "ScalableTargetAction")


class ScheduledActions:
    """The scheduled actions of one account and region."""

    def __init__(self, region: Region, ground: Ground, targets: ScalableTargets) -> None:
        self._region = region
        self._schedule = ground.schedule
        self._random = ground.random
        self._targets = targets

    def put(self, request: Document) -> Document:
        """Make or change a scheduled action; what is not given stays as it is."""
        target = find_target(self._region, self._targets, request)
        name = name_in(request, "ScheduledActionName")
        given = {member: copied(request[member]) for member in _MEMBERS if request.get(member) is not None}
        action = target.scheduled.get(name, {}) | given
        if "Schedule" not in action:
            raise invalid("A new scheduled action needs a Schedule.")
        next_run(action["Schedule"], action.get("Timezone", "UTC"), self._schedule.now)  # refuses a bad one
        action.setdefault("CreationTime", self._schedule.now)
        kind = f"scheduledAction:{new_uuid(self._random)}"
        action.setdefault("ScheduledActionARN", own_arn(self._region, kind, target))
        target.scheduled[name] = action
        self._plan(target, name)
        return {}

    def describe(self, request: Document) -> Document:
        """List scheduled actions."""
        names = request.get("ScheduledActionNames")
        found = [
            dimension_of(target) | {"ScheduledActionName": name} | copied(action)
            for target in asked_targets(self._region, self._targets, request)
            for name, action in sorted(target.scheduled.items())
            if not names or name in names
        ]
        return listed("ScheduledActions", found, request)

    def delete(self, request: Document) -> Document:
        """Remove a scheduled action."""
        target = find_target(self._region, self._targets, request)
        name = name_in(request, "ScheduledActionName")
        if target.scheduled.pop(name, None) is None:
            raise missing(f"No scheduled action found for {name}")
        self._forget_run(target, name)
        return {}

    def _forget_run(self, target: ScalableTarget, name: str) -> None:
        planned = target.next_runs.pop(name, None)
        if planned is not None:
            planned.cancel()

    def _plan(self, target: ScalableTarget, name: str) -> None:
        self._forget_run(target, name)
        action = target.scheduled[name]
        after = max(action.get("StartTime") or self._schedule.now, self._schedule.now)
        moment = next_run(action["Schedule"], action.get("Timezone", "UTC"), after)
        if moment is None or (action.get("EndTime") is not None and moment > action["EndTime"]):
            return
        target.next_runs[name] = self._schedule.at(moment, lambda: self._run(target, name))

    def _run(self, target: ScalableTarget, name: str) -> None:
        limits = target.scheduled[name].get("ScalableTargetAction") or {}
        if not target.suspended.scheduled:  # a run that falls into a suspension is not made up for
            target.minimum = int(limits.get("MinCapacity", target.minimum))
            target.maximum = max(target.minimum, int(limits.get("MaxCapacity", target.maximum)))
            self._targets.clamp(target)
        self._plan(target, name)
