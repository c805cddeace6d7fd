"""What a rolling deployment may stop and start now: minimumHealthyPercent and maximumPercent in numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rollout:
    """The tasks of a service that ECS still counts on: of the primary deployment (new) or of others (old)."""

    desired: int
    minimum_healthy_percent: int
    maximum_percent: int
    new_running: int
    new_starting: int
    old_running: int
    old_starting: int
    healthy: int  # of those that run, new or old: what minimumHealthyPercent counts
    new_healthy: int
    stopping: int  # asked to stop, container not gone yet

    @property
    def new(self) -> int:
        """All tasks of the primary deployment."""
        return self.new_running + self.new_starting

    @property
    def lower(self) -> int:
        """How many tasks must run at least; ECS rounds up."""
        return -(-self.desired * self.minimum_healthy_percent // 100)

    @property
    def upper(self) -> int:
        """How many tasks may be there at most; ECS rounds down."""
        return self.desired * self.maximum_percent // 100


@dataclass(frozen=True, slots=True)
class Steps:
    """How many tasks to stop and to start now."""

    start_new: int = 0
    stop_new: int = 0
    stop_old_running: int = 0
    stop_old_starting: int = 0


def next_steps(rollout: Rollout, *, may_start: bool = True) -> Steps:
    """Return what the service scheduler does next. `may_start` is false for a deployment that has failed.

    Without old tasks this is plain scaling, which no percentage limits. With old ones, they give way as far
    as the lower limit allows, and new ones start as far as the upper limit allows; a task that is stopping
    still takes its place there. An old task that does not run yet protects nothing, so it goes first. A new
    one lets an old one go only when it is healthy.
    """
    old = rollout.old_running + rollout.old_starting
    surplus = max(0, rollout.new - rollout.desired)
    if old == 0:
        return Steps(start_new=max(0, rollout.desired - rollout.new) if may_start else 0, stop_new=surplus)
    if not may_start:
        return Steps(stop_new=surplus, stop_old_running=_beyond_desired(rollout))
    spare = max(0, rollout.healthy - rollout.lower)
    if rollout.new_healthy >= rollout.desired:
        spare = rollout.old_running  # nothing depends on them any more, healthy or not
    stop_running = min(rollout.old_running, spare)
    occupied = rollout.new + rollout.old_running + rollout.old_starting + rollout.stopping
    start = min(max(0, rollout.desired - rollout.new), max(0, rollout.upper - occupied))
    return Steps(
        start_new=start,
        stop_new=surplus,
        stop_old_running=stop_running,
        stop_old_starting=rollout.old_starting,
    )


def _beyond_desired(rollout: Rollout) -> int:
    return min(rollout.old_running, max(0, rollout.new_running + rollout.old_running - rollout.desired))
