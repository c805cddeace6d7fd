"""The service scheduler: it looks at a service whenever there is news and takes the next steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from simulator.world.behaviours import Victims
from simulator.world.census import Census, all_settled, take_census
from simulator.world.deployments import Deployments
from simulator.world.ground import Ground
from simulator.world.log import Log, Sample
from simulator.world.model import RolloutState, Service, Task
from simulator.world.placement import Placement
from simulator.world.rebalancing import Rebalancing
from simulator.world.rolling import Rollout, next_steps
from simulator.world.tasks import CAPACITY_UNAVAILABLE, TaskLifecycle
from simulator.world.victims import choose_victims


class ServiceScheduler:
    """Keeps every service at its desired count, on its latest revision, within its percentages."""

    def __init__(
        self,
        ground: Ground,
        deployments: Deployments,
        placement: Placement,
        lifecycle: TaskLifecycle,
        log: Log,
        on_change: Callable[[Service], None],
    ) -> None:
        self._schedule = ground.schedule
        self._random = ground.random
        self._latencies = ground.latencies
        self._behaviours = ground.behaviours
        self._counted_after = ground.latencies.scaled(ground.latencies.counted_after)
        self._events = ground.events
        self._messages = ground.messages
        self._deployments = deployments
        self._placement = placement
        self._rebalancing = Rebalancing(ground, placement, lifecycle)
        self._lifecycle = lifecycle
        self._log = log
        self._on_change = on_change

    def wake(self, service: Service, at: datetime | None = None) -> None:
        """Look at a service soon, or at a moment; an earlier look that is planned already is kept."""
        at = at or self._schedule.now + self._latencies.scaled(self._latencies.scheduler)
        planned = service.next_look
        if planned is not None and planned.action is not None:
            if planned.at <= at:
                return
            planned.cancel()
        service.next_look = self._schedule.at(at, lambda: self.look(service))

    def changed(self, task: Task) -> None:
        """Take note of a task's new state."""
        service = task.service
        if service is None:
            return
        _count(service, task)
        if task.is_running and task.is_wanted:
            service.start_failures = 0
            service.start_retry_at = None
        if task.is_starting and task.is_wanted:  # nothing that counts yet
            self._on_change(service)
            return
        self.record(service)
        self.wake(service)

    def failed(self, task: Task) -> None:
        """Count a task that failed to start or crashed.

        A task given up for want of capacity does not slow the service down: placement has its own retries,
        and a service that recovered too slowly from a drought would flatter whoever protects it.
        """
        if task.service is None:
            return
        if task.started_at is None and task.stopped_reason != CAPACITY_UNAVAILABLE:
            self._placement.start_failed(task.service)
        self._deployments.failed(task.service, task.deployment)

    def record(self, service: Service) -> None:
        """Write down what the service has now."""
        self._log.add(
            Sample(
                self._schedule.now,
                service.key,
                service.spot_running,
                service.on_demand_running,
                service.serving,
                service.desired_count,
            )
        )
        self._on_change(service)

    def look(self, service: Service) -> None:
        """Compare what is with what should be, and take the steps that are possible now."""
        service.next_look = None
        before = _face(service)
        if service.status == "DRAINING":
            self._drain(service)
        elif service.status == "ACTIVE" and service.deployments:
            primary = service.primary
            retry = self._step(service)
            self._deployments.forget_replaced(service)
            self._deployments.complete_if_done(service)
            self._settle(service)
            again = self._rebalancing.look(service)
            if again is not None:
                self.wake(service, again)
            if service.primary is not primary:  # a placement failure was one too many: it is rolled back
                self.wake(service)
            if retry is not None:
                self.wake(service, retry)
        if _face(service) != before:
            self.record(service)

    def _drain(self, service: Service) -> None:
        if not service.tasks:
            service.status = "INACTIVE"
            service.deployments.clear()
        self._stop(service, [task for task in service.tasks.values() if task.is_wanted])

    def _step(self, service: Service) -> datetime | None:
        primary, census = service.primary, take_census(service)
        new, old = census.new, census.old
        service.extra = min(service.extra, max(0, len(new) - service.desired_count))
        if not old and len(new) == service.desired_count + service.extra:
            return None
        steps = next_steps(
            self._rollout(service, census), may_start=primary.rollout_state is not RolloutState.FAILED
        )
        victims = self._behaviours.victims_of(service.key) if steps.stop_new else Victims.ANY
        leaving = choose_victims(service, new, steps.stop_new, victims, self._random)
        leaving += [task for task in old if task.is_starting][: steps.stop_old_starting]
        leaving += self._random.sample([task for task in old if task.is_running], steps.stop_old_running)
        self._stop(service, leaving)
        retry = self._placement.start(service, steps.start_new) if steps.start_new else None
        if old and (counted := self._next_counted([*new, *old])) is not None:
            retry = counted if retry is None else min(retry, counted)
        return retry

    def _counts(self, task: Task) -> bool:
        """Whether a task counts towards minimumHealthyPercent."""
        if task.started_at is None or not task.is_running or task.execution_stopped_at is not None:
            return False
        if task.is_checked:
            return task.healthy_at is not None
        return task.started_at + self._counted_after <= self._schedule.now

    def _next_counted(self, tasks: Sequence[Task]) -> datetime | None:
        moments = [
            task.started_at + self._counted_after
            for task in tasks
            if task.started_at is not None and not task.is_checked
        ]
        return min((moment for moment in moments if moment > self._schedule.now), default=None)

    def _rollout(self, service: Service, census: Census) -> Rollout:
        minimum, maximum = _percentages(service)
        new, old = census.new, census.old
        new_healthy = sum(map(self._counts, new)) if old else 0
        return Rollout(
            desired=service.desired_count + service.extra,
            minimum_healthy_percent=minimum,
            maximum_percent=maximum,
            new_running=sum(task.is_running for task in new),
            new_starting=sum(task.is_starting for task in new),
            old_running=sum(task.is_running for task in old),
            old_starting=sum(task.is_starting for task in old),
            healthy=new_healthy + sum(map(self._counts, old)),
            new_healthy=new_healthy,
            stopping=census.stopping,
        )

    def _stop(self, service: Service, tasks: Sequence[Task]) -> None:
        finishing = self._latencies.sample_finishing(self._random) if tasks else 0.0
        for task in tasks:
            deployment = task.deployment.id if task.deployment else ""
            reason = f"Scaling activity initiated by (deployment {deployment})"
            self._lifecycle.stop(task, "ServiceSchedulerInitiated", reason, finishing)
        if tasks:
            self._messages.tasks(service, "has stopped {count} running tasks:", tasks)
            if service.has_load_balancer:
                self._messages.say(service, f"has begun draining connections on {len(tasks)} tasks.")

    def _settle(self, service: Service) -> None:
        """Say so when a service is where it should be, and again every six hours while it stays there."""
        service.steady = self._is_steady(service)
        steady_state = "has reached a steady state."
        if not service.steady:
            service.told.pop(steady_state, None)
            return
        told_at = service.told.get(steady_state)
        if self._messages.say_once(service, steady_state):
            self._events.service_action(service, "INFO", "SERVICE_STEADY_STATE")
            for item in service.revision.strategy:
                if item.weight or item.base:
                    self._events.service_action(
                        service, "INFO", "CAPACITY_PROVIDER_STEADY_STATE", providers=[item.provider]
                    )
            told_at = self._schedule.now
        service.told = {steady_state: told_at or self._schedule.now}
        repeat = self._latencies.scaled(self._latencies.steady_state_repeat)
        self.wake(service, service.told[steady_state] + repeat)

    def _is_steady(self, service: Service) -> bool:
        if len(service.deployments) > 1 or service.primary.rollout_state is not RolloutState.COMPLETED:
            return False
        return all_settled(service)


def _count(service: Service, task: Task) -> None:
    """Take a task's new state into the counts of its service."""
    running = task.is_running
    counted = (int(running and task.is_spot), int(running and not task.is_spot), int(task.is_serving))
    before = task.counted
    if counted != before:
        task.counted = counted
        service.spot_running += counted[0] - before[0]
        service.on_demand_running += counted[1] - before[1]
        service.serving += counted[2] - before[2]


def _face(service: Service) -> tuple[object, ...]:
    """Return what a look can change of all that ECS shows: its tasks tell of themselves."""
    deployments = [(one.id, one.rollout_state, one.failed_tasks) for one in service.deployments]
    said = service.messages[0]["id"] if service.messages else ""
    return service.status, said, len(service.tasks), deployments


def _percentages(service: Service) -> tuple[int, int]:
    configuration = service.deployment_configuration
    if service.controller != "ECS" or configuration.get("strategy", "ROLLING") != "ROLLING":
        return 200, 200  # blue stays as it is until all of green is healthy
    return configuration["minimumHealthyPercent"], configuration["maximumPercent"]
