"""The life of a task: each state at its time, each change with its event."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from simulator.world.behaviours import Behaviour, ExitAt
from simulator.world.ground import Ground
from simulator.world.model import Task, TaskStatus

CAPACITY_UNAVAILABLE: Final = (
    "Capacity is unavailable at this time. Please try again later or in a different availability zone"
)
INTERRUPTED: Final = "Your Spot Task was interrupted."
CANNOT_PULL: Final = (
    "CannotPullContainerError: pull image manifest has been retried 5 time(s): image not found"
)
ESSENTIAL_EXITED: Final = "Essential container in task exited"
SIGKILLED: Final = 137

# Shares of the time from PROVISIONING to RUNNING, after captured Fargate events: first network, then image.
_PENDING_FROM: Final = 0.15
_PULL_FROM: Final = 0.40
_PULLED_AT: Final = 0.85


class Listener(Protocol):
    """Who looks after the tasks of services."""

    def changed(self, task: Task) -> None:
        """Hear of a task that has another status, or no longer serves."""

    def failed(self, task: Task) -> None:
        """Hear of a task that could not be started, or whose essential container exited by itself."""


class TaskLifecycle:
    """Starts, stops and interrupts tasks. Every method acts now and plans what follows."""

    listener: Listener
    on_change: Callable[[Task], None]  # hears of every change, also of those that concern nobody else

    def __init__(self, ground: Ground) -> None:
        self._schedule = ground.schedule
        self._random = ground.random
        self._latencies = ground.latencies
        self._behaviours = ground.behaviours
        self._events = ground.events
        self._pools = ground.pools
        self._state = ground.state

    def launch(self, task: Task, *, stuck: bool = False, longer: float = 0.0) -> None:
        """Start a task, `longer` seconds longer than one alone.

        A stuck one was accepted without capacity: it waits for minutes and is given up.
        """
        key = task.service.key if task.service else None
        behaviour = self._behaviours.of(key)
        task.exit_at = self._behaviours.exit_at(key)
        self._state.launched(task)
        self._enter(task, TaskStatus.PROVISIONING)
        if stuck:
            self._plan_stuck(task)
            return
        self._pools.take(task)
        total = self._latencies.sample_start(self._random) + behaviour.pull_seconds + longer
        self._then(task, total * _PENDING_FROM, lambda: self._pending(task, behaviour, total))

    def stop(self, task: Task, code: str, reason: str, finishing: float = 0.0) -> None:
        """Stop a task in order: out of its load balancer, SIGTERM, and SIGKILL at its stopTimeout.

        A container that heeds SIGTERM needs `finishing` seconds longer for what it has in hand.
        """
        if not task.is_wanted:
            return
        task.finishing = finishing
        was_running = task.is_running
        self._mark_stopped(task, code, reason)
        if (
            task.execution_stopped_at is not None
        ):  # crashed, which ECS has not seen yet: the rest is under way
            self._enter(task, task.last_status)
        elif not was_running:
            self._enter(task, task.last_status)
            self._then(task, self._latencies.stopping, lambda: self._deprovisioning(task))
        elif task.behind_load_balancer:
            delay = self._behaviour(task).deregistration_delay
            self._enter(task, TaskStatus.DEACTIVATING)
            self._then(task, delay, lambda: self._sigterm(task))
        else:
            self._enter(task, TaskStatus.RUNNING)
            self._then(task, self._latencies.stopping, lambda: self._sigterm(task))

    def interrupt(self, task: Task) -> None:
        """Take a running task's Spot capacity back: notice and SIGTERM now, container gone in two minutes.

        SIGTERM does not wait for the load balancer (https://github.com/aws/containers-roadmap/issues/2673).
        """
        if not task.is_wanted or not task.is_running or task.execution_stopped_at is not None:
            return
        self._pools.release(task)
        task.interrupted = True
        self._mark_stopped(task, "SpotInterruption", INTERRUPTED)
        stopping = self._latencies.stopping
        if task.behind_load_balancer:
            stopping = min(self._behaviour(task).deregistration_delay, self._latencies.notice)
        self._enter(task, TaskStatus.DEACTIVATING if task.behind_load_balancer else TaskStatus.RUNNING)
        self._then(task, stopping, lambda: self._enter(task, TaskStatus.STOPPING))
        self._plan_exit(task)

    def lose(self, task: Task) -> None:
        """Take a running task's Spot capacity back without a notice: its container is gone now.

        ECS learns of it some seconds later. Such stops carry no stop code
        (https://github.com/aws/containers-roadmap/issues/1565).
        """
        if not task.is_wanted or not task.is_running or task.execution_stopped_at is not None:
            return
        self._pools.release(task)
        task.interrupted = True
        if task.exit is not None:
            task.exit.cancel()
        self._exited(task, SIGKILLED, after=lambda: self._loss_seen(task))

    def _loss_seen(self, task: Task) -> None:
        if task.is_wanted:
            self._mark_stopped(task, None, INTERRUPTED)
        self._deprovisioning(task)

    def fail_to_start(self, task: Task, reason: str) -> None:
        """Give up a task that is not running yet."""
        if not task.is_wanted or not task.is_starting:
            return
        self._mark_stopped(task, "TaskFailedToStart", reason)
        self._deprovisioning(task)
        self.listener.failed(task)

    def _pending(self, task: Task, behaviour: Behaviour, total: float) -> None:
        self._enter(task, TaskStatus.PENDING)
        self._then(task, total * (_PULL_FROM - _PENDING_FROM), lambda: self._pull(task, behaviour, total))

    def _pull(self, task: Task, behaviour: Behaviour, total: float) -> None:
        task.version += 1
        task.pull_started_at = self._schedule.now
        self.on_change(task)
        rest = total * (_PULLED_AT - _PULL_FROM)
        if behaviour.start_fails:
            self._then(task, rest, lambda: self.fail_to_start(task, CANNOT_PULL))
        else:
            self._then(task, rest, lambda: self._pulled(task, behaviour, total))

    def _pulled(self, task: Task, behaviour: Behaviour, total: float) -> None:
        task.pull_stopped_at = self._schedule.now
        self.on_change(task)
        if task.behind_load_balancer:
            self._enter(task, TaskStatus.ACTIVATING)
        self._then(task, total * (1 - _PULLED_AT), lambda: self._running(task, behaviour))

    def _running(self, task: Task, behaviour: Behaviour) -> None:
        task.started_at = self._schedule.now
        task.connectivity_at = task.pull_started_at
        self._enter(task, TaskStatus.RUNNING)
        if task.is_checked:
            delay = self._latencies.scaled(behaviour.health_seconds)
            task.check = self._schedule.after(delay, lambda: self._checked(task, behaviour))
        if behaviour.crash_after is not None:
            delay = self._latencies.scaled(behaviour.crash_after)
            task.exit = self._schedule.after(delay, lambda: self._crash(task, behaviour.exit_code))

    def _checked(self, task: Task, behaviour: Behaviour) -> None:
        if not task.is_running or task.execution_stopped_at is not None:
            return
        if not behaviour.health_fails:
            task.healthy_at = self._schedule.now
        else:
            task.unhealthy = True
            grace = (
                float(task.service.settings.get("healthCheckGracePeriodSeconds") or 0) if task.service else 0
            )
            delay = self._latencies.scaled(max(0.0, grace - behaviour.health_seconds))
            task.check = self._schedule.after(delay, lambda: self._replace(task))
        self.on_change(task)
        self.listener.changed(task)

    def _replace(self, task: Task) -> None:
        if task.service is None or not task.is_wanted or task.execution_stopped_at is not None:
            return  # ECS replaces what belongs to a service; a standalone task may stay as ill as it is
        reason = "Task failed container health checks"
        if task.service.target_groups:
            reason = f"Task failed ELB health checks in (target-group {task.service.target_groups[0]})"
        self.listener.failed(task)
        self.stop(task, "ServiceSchedulerInitiated", reason)

    def _crash(self, task: Task, exit_code: int) -> None:
        # ECS learns of the exit some seconds later; until then the API still shows the task as running.
        self._exited(task, exit_code, after=lambda: self._crash_seen(task))

    def _crash_seen(self, task: Task) -> None:
        if task.is_wanted:
            self._mark_stopped(task, "EssentialContainerExited", ESSENTIAL_EXITED)
            self.listener.failed(task)
        self._deprovisioning(task)

    def _plan_stuck(self, task: Task) -> None:
        total = self._latencies.sample_stuck(self._random)

        def give_up() -> None:
            self.fail_to_start(task, CAPACITY_UNAVAILABLE)

        def pending() -> None:
            self._enter(task, TaskStatus.PENDING)
            self._then(task, total * (1 - _PENDING_FROM), give_up)

        if self._random.choice((TaskStatus.PROVISIONING, TaskStatus.PENDING)) is TaskStatus.PENDING:
            self._then(task, total * _PENDING_FROM, pending)
        else:
            self._then(task, total, give_up)

    def _sigterm(self, task: Task) -> None:
        self._enter(task, TaskStatus.STOPPING)
        self._plan_exit(task)

    def _plan_exit(self, task: Task) -> None:
        if task.exit is not None:
            task.exit.cancel()
        killed_after = min(task.definition.stop_timeout, self._latencies.notice)
        exits_after = self._latencies.sigterm_exit + task.finishing
        heeds = task.exit_at is ExitAt.SIGTERM and exits_after < killed_after
        delay = exits_after if heeds else killed_after
        code = 0 if heeds else SIGKILLED
        task.exit = self._schedule.after(
            self._latencies.scaled(delay),
            lambda: self._exited(task, code, after=lambda: self._deprovisioning(task)),
        )

    def _exited(self, task: Task, exit_code: int, after: Callable[[], None]) -> None:
        task.execution_stopped_at = self._schedule.now
        task.exit_code = exit_code
        self.listener.changed(task)
        self._then(task, self._latencies.deprovisioning, after)

    def _deprovisioning(self, task: Task) -> None:
        if task.exit is not None:
            task.exit.cancel()
        self._enter(task, TaskStatus.DEPROVISIONING)
        self._then(task, self._latencies.network_release, lambda: self._stopped(task))

    def _stopped(self, task: Task) -> None:
        task.stopped_at = self._schedule.now
        self._pools.release(task)
        self._state.stopped(task)
        self._enter(task, TaskStatus.STOPPED)

    def _mark_stopped(self, task: Task, code: str | None, reason: str) -> None:
        if task.check is not None:
            task.check.cancel()
        task.desired_status = TaskStatus.STOPPED
        task.stop_code = code
        task.stopped_reason = reason
        task.stopping_at = self._schedule.now

    def _enter(self, task: Task, status: TaskStatus) -> None:
        task.last_status = status
        self._events.task_state_change(task)
        self.on_change(task)
        self.listener.changed(task)

    def _then(self, task: Task, seconds: float, action: Callable[[], None]) -> None:
        if task.next is not None:
            task.next.cancel()
        task.next = self._schedule.after(self._latencies.scaled(seconds), action)

    def _behaviour(self, task: Task) -> Behaviour:
        return self._behaviours.of(task.service.key if task.service else None)
