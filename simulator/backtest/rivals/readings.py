"""What rivals read in events and do to services, in as few words as their own Lambdas need."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from simulator.world import EcsError, World

Envelope = dict[str, Any]

_AGAIN: Final = timedelta(seconds=2)  # about what boto3 waits before it asks again when it is throttled


def is_spot_task(envelope: Envelope) -> bool:
    """Whether the event is about a task on Spot."""
    return bool(envelope["detail"].get("capacityProviderName") == "FARGATE_SPOT")


def is_spot_placement_failure(envelope: Envelope) -> bool:
    """Whether ECS says that it found no Spot capacity for a service."""
    detail = envelope["detail"]
    names_spot = any(arn.endswith("/FARGATE_SPOT") for arn in detail.get("capacityProviderArns", ()))
    return detail.get("eventName") == "SERVICE_TASK_PLACEMENT_FAILURE" and names_spot


def later(world: World, seconds: float, action: Callable[[], None]) -> None:
    """Let something happen in so many seconds; where ECS throttles its calls, it is tried until it works."""
    world.at(world.now + timedelta(seconds=seconds), lambda: patiently(world, action))


def patiently(world: World, action: Callable[[], None]) -> None:
    """Do something now, and again as long as ECS throttles it."""
    try:
        action()
    except EcsError as error:
        if error.code != "ThrottlingException":
            raise
        world.at(world.now + _AGAIN, lambda: patiently(world, action))
