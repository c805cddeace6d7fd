"""Application Auto Scaling of a service's desired count (dimension ecs:service:DesiredCount)."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Limits:
    """Between which desired counts a scalable target keeps its service."""

    minimum: int
    maximum: int


@dataclass(frozen=True, slots=True)
class Suspended:
    """The SuspendedState of a scalable target: which activities are off.

    https://docs.aws.amazon.com/autoscaling/application/APIReference/API_SuspendedState.html
    """

    scale_in: bool = False
    scale_out: bool = False
    scheduled: bool = False

    def held(self) -> Suspended:
        """Return the state for while we hold the count: no dynamic scaling.

        Scheduled actions go on: they edit the limits, which would be lost, and what they make of the count is
        a wish of the owners that we follow.
        """
        return replace(self, scale_in=True, scale_out=True)
