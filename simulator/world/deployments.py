"""Deployments: begun, completed, failed by the circuit breaker, rolled back."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from simulator.world.census import all_settled
from simulator.world.ground import Ground
from simulator.world.model import Deployment, Revision, RolloutState, Service, Task
from simulator.world.names import new_deployment_id

# ECS does not say how long a task must run to count as successful. Crash loops trip the breaker: RUNNING
# alone is not enough.
_SUCCESSFUL_AFTER: Final = 30.0


def breaker_threshold(desired: int) -> int:
    """Return how many failures in a row fail a deployment: half the desired count, at least 3, at most 200.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
    """
    return min(200, max(3, -(-desired // 2)))


class Deployments:
    """Moves a service from one revision to the next."""

    def __init__(self, ground: Ground) -> None:
        self._schedule = ground.schedule
        self._random = ground.random
        self._latencies = ground.latencies
        self._events = ground.events
        self._messages = ground.messages

    def begin(
        self, service: Service, revision: Revision, *, rolling_back_to: Deployment | None = None
    ) -> Deployment:
        """Make a new primary deployment; the others become ACTIVE and give way to it."""
        now = self._schedule.now
        deployment_id = new_deployment_id(self._random)
        reason = f"ECS deployment {deployment_id} in progress."
        if rolling_back_to is not None:
            reason = f"ECS deployment circuit breaker: rolling back to deploymentId {rolling_back_to.id}."
        deployment = Deployment(
            id=deployment_id,
            revision=revision,
            created_at=now,
            updated_at=now,
            rollout_state=RolloutState.IN_PROGRESS,
            rollout_reason=reason,
            is_rollback=rolling_back_to is not None,
        )
        service.revision = revision
        service.deployments.insert(0, deployment)
        service.placement_failures.clear()
        service.placement_retry_at.clear()
        service.start_failures = 0
        service.start_retry_at = None
        service.extra = 0
        if service.controller == "ECS":
            self._events.deployment_state_change(
                service, deployment, "INFO", "SERVICE_DEPLOYMENT_IN_PROGRESS"
            )
        return deployment

    def complete_if_done(self, service: Service) -> None:
        """Complete the primary deployment once its tasks run as desired and no other task is left."""
        primary = service.primary
        if primary.rollout_state is not RolloutState.IN_PROGRESS:
            return
        if len(service.deployments) > 1 or not all_settled(service):
            return
        primary.rollout_state = RolloutState.COMPLETED
        primary.rollout_reason = f"ECS deployment {primary.id} completed."
        primary.updated_at = self._schedule.now
        primary.failed_tasks = 0
        service.completed = primary
        if service.controller == "ECS":
            self._messages.say(service, f"(deployment {primary.id}) deployment completed.")
            self._events.deployment_state_change(service, primary, "INFO", "SERVICE_DEPLOYMENT_COMPLETED")

    def forget_replaced(self, service: Service) -> None:
        """Drop the deployments that have no task any more: they are INACTIVE, which ECS no longer shows."""
        if len(service.deployments) == 1:
            return
        alive = {id(task.deployment) for task in service.tasks.values() if task.execution_stopped_at is None}
        service.deployments[1:] = [old for old in service.deployments[1:] if id(old) in alive]

    def failed(self, service: Service, deployment: Deployment | None) -> None:
        """Count a task that was not launched, not brought to RUNNING or crashed; too many fail the rollout.

        The count is of failures in a row, and ends for good with the first successfully running task
        (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Deployment.html).
        """
        if deployment is None or deployment.rollout_state is not RolloutState.IN_PROGRESS:
            return
        if self._succeeded(service, deployment):
            deployment.failed_tasks = 0
            return
        deployment.failed_tasks += 1
        deployment.updated_at = self._schedule.now
        breaker = service.deployment_configuration.get("deploymentCircuitBreaker") or {}
        if not breaker.get("enable") or deployment is not service.primary:
            return
        if deployment.failed_tasks >= breaker_threshold(service.desired_count):
            self._fail(service, deployment, rollback=bool(breaker.get("rollback")))

    def _succeeded(self, service: Service, deployment: Deployment) -> bool:
        if deployment.has_succeeded:
            return True
        needed = self._latencies.scaled(_SUCCESSFUL_AFTER)
        deployment.has_succeeded = any(
            task.deployment is deployment and self._ran_for(task, needed) for task in service.tasks.values()
        )
        return deployment.has_succeeded

    def _ran_for(self, task: Task, needed: timedelta) -> bool:
        if task.started_at is None or not task.is_running or task.execution_stopped_at is not None:
            return False
        if task.is_checked and task.healthy_at is None:
            return False
        return self._schedule.now - task.started_at >= needed

    def _fail(self, service: Service, deployment: Deployment, *, rollback: bool) -> None:
        deployment.rollout_state = RolloutState.FAILED
        deployment.rollout_reason = "ECS deployment circuit breaker: tasks failed to start."
        self._messages.say(service, f"(deployment {deployment.id}) deployment failed: tasks failed to start.")
        self._events.deployment_state_change(service, deployment, "ERROR", "SERVICE_DEPLOYMENT_FAILED")
        target = service.completed
        if not rollback or target is None or deployment.is_rollback:
            return
        self._messages.say(service, f"rolling back to deployment {target.id}.")
        self.begin(service, target.revision, rolling_back_to=target)
