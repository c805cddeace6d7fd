"""Judging Spot: when it fails a service, and when it has proven itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spot_failover.domain.capacity import Strategy
    from spot_failover.domain.evidence import Tally
    from spot_failover.domain.policy import Restore, Thresholds
    from spot_failover.domain.service import Observation


def running_tasks(observation: Observation, tally: Tally) -> int:
    """Count the running tasks of all deployments, less those that have been given notice.

    A noticed task may have left the running count already: what is left of it beyond the on-demand share is
    all that Spot can still take. Where the tasks themselves were looked at, ECS wants no noticed one.
    """
    if observation.up is not None:
        return min(observation.running, observation.up)
    on_spot = max(0, observation.running - observation.strategy.on_demand_share(observation.desired))
    return observation.running - min(tally.noticed, on_spot)


def healthy_tasks(observation: Observation, tally: Tally) -> int:
    """Count the tasks that serve: where they were looked at, only those that hold."""
    running = running_tasks(observation, tally)
    return running if observation.held is None else min(running, observation.held)


def is_served(observation: Observation, tally: Tally) -> bool:
    """Whether no task is missing, neither of the service nor of its newest deployment."""
    return healthy_tasks(observation, tally) >= observation.desired and not rollout_is_short(observation)


def spot_failure(
    observation: Observation, tally: Tally, thresholds: Thresholds, standing_in: int = 0
) -> str | None:
    """Return a sentence that says how Spot fails the service now, or None.

    It takes both: evidence inside the window, and tasks missing now (or a rollout that cannot place its own).
    Evidence alone may be history; missing tasks alone may be a crash, a scale-out or a slow image. A drill
    needs no missing task, and an operator's command nothing at all. `standing_in` tasks of the standby serve
    in place of missing ones.
    """
    if observation.desired == 0:
        return None
    if asked := tally.failover_asked:
        return asked.reason
    evidence = _enough_evidence(observation, tally, thresholds)
    if evidence is None:
        return None
    absent = observation.desired - healthy_tasks(observation, tally)
    missing = absent - standing_in
    if missing > 0:
        return f"{evidence}, and {missing} of {observation.desired} tasks are missing."
    if absent <= 0 and rollout_is_short(observation):
        return f"{evidence}, and the rollout lacks tasks that Spot cannot place."
    return f"{evidence}. This is a drill." if tally.drill else None


def rollout_is_short(observation: Observation) -> bool:
    """Whether tasks of the primary deployment are missing, even where older tasks still serve."""
    return observation.primary is not None and observation.primary.short


def _enough_evidence(observation: Observation, tally: Tally, thresholds: Thresholds) -> str | None:
    desired = observation.desired
    within = f"within {thresholds.window_seconds} s"
    if tally.placement_failures >= thresholds.placement_failures:
        return f"ECS could not place tasks on Spot ({_times(tally.placement_failures)} {within})"
    if tally.capacity_failures >= thresholds.task_level(thresholds.capacity_failures, desired):
        return f"{tasks(tally.capacity_failures)} failed to start for lack of Spot capacity {within}"
    if tally.waiting:
        return f"A task has waited for Spot capacity for over {thresholds.waiting_seconds} s"
    if tally.deficits >= thresholds.silent_surveys:
        return f"Spot starts no tasks, and ECS says nothing ({tally.deficits} surveys {within})"
    if tally.taken_back and tally.taken_back * 2 >= desired:
        return f"Spot is taking back {tally.taken_back} of {desired} tasks at once"
    if tally.interruptions >= thresholds.task_level(thresholds.interruptions, desired):
        return f"Spot took back {tasks(tally.interruptions)} {within}"
    return None


def verified(strategy: Strategy, observation: Observation, tally: Tally, restore: Restore) -> bool:
    """Whether Spot has proven itself: all tasks run, of the newest deployment too, and few failed."""
    return is_served(observation, tally) and holds(strategy, observation, tally, restore)


def holds(strategy: Strategy, observation: Observation, tally: Tally, restore: Restore) -> bool:
    """Whether all tasks run, few failed and nothing is pending, whatever deployment the tasks are of.

    Samples are the tasks that started on Spot plus the failures; since all of its tasks must run, a service
    has always given as many samples as it can.
    """
    if observation.pending or healthy_tasks(observation, tally) < observation.desired:
        return False
    on_spot = observation.desired - strategy.on_demand_share(observation.desired)
    successes = max(on_spot, tally.started)
    samples = successes + tally.errors
    return (
        successes * 100 >= restore.min_success_percent * samples
        and tally.errors * 100 <= restore.max_error_percent * samples
    )


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def tasks(count: int) -> str:
    return "1 task" if count == 1 else f"{count} tasks"


def seen(observation: Observation, tally: Tally) -> str:
    """Say how many tasks run and how often Spot failed."""
    failed = f", {tally.errors} Spot failures in the window" if tally.errors else ""
    return f"{observation.running} of {observation.desired} tasks are running{failed}."
