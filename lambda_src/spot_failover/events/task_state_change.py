"""ECS Task State Change: interruptions, starts and failed starts of Fargate Spot tasks.

    {
      "id": "6b2a5c1e-0f4d-4c07-9a44-2f7d7a1f9b10",
      "detail-type": "ECS Task State Change",
      "source": "aws.ecs",
      "account": "222233334444",
      "time": "2026-03-02T09:14:05Z",
      "region": "eu-central-1",
      "resources": ["arn:aws:ecs:eu-central-1:222233334444:task/shop/0b1c2d3e4f5061728394a5b6c7d8e9f0"],
      "detail": {
        "capacityProviderName": "FARGATE_SPOT",
        "clusterArn": "arn:aws:ecs:eu-central-1:222233334444:cluster/shop",
        "desiredStatus": "STOPPED",
        "group": "service:checkout",
        "lastStatus": "DEACTIVATING",
        "launchType": "FARGATE",
        "startedBy": "ecs-svc/5512098847613320951",
        "stopCode": "SpotInterruption",
        "stoppedReason": "Your Spot Task was interrupted.",
        "taskArn": "arn:aws:ecs:eu-central-1:222233334444:task/shop/0b1c2d3e4f5061728394a5b6c7d8e9f0",
        "version": 6
      }
    }

The same stop repeats its reason in up to four events, from the notice to STOPPED; the notice itself says
RUNNING, or DEACTIVATING behind a load balancer. So an interruption is never told by `lastStatus`, and counts
once for its task.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html
"""

from __future__ import annotations

from dataclasses import dataclass

from spot_failover.domain.capacity import FARGATE_SPOT
from spot_failover.domain.evidence import EvidenceKind
from spot_failover.events.arns import cluster_arn, service_name, task_arn
from spot_failover.events.claim import Claim
from spot_failover.events.envelope import Envelope
from spot_failover.events.errors import MalformedEventError, UnidentifiedServiceError, quoted
from spot_failover.events.fields import required_text, text
from spot_failover.events.model import Ignored, OtherKind
from spot_failover.events.spot import NO_CAPACITY

_DETAIL = "the task's detail"
_INTERRUPTED = "Your Spot Task was interrupted"
_MAINTENANCE = "ECS is performing maintenance"
# These codes say why the task stopped, whatever the reason says: of UserInitiated, the user's own words.
_NOT_FOR_LACK_OF_CAPACITY = frozenset(
    {"EssentialContainerExited", "SpotInterruption", "TerminationNotice", "UserInitiated"}
)
# From these states on ECS leaves the task out of the service's runningCount, whether or not its containers
# still work: that count holds tasks whose last status is RUNNING.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html
_ENDED = frozenset({"DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED"})


@dataclass(frozen=True, slots=True)
class TaskState:
    """What tells the kind of the event."""

    capacity_provider: str | None
    launch_type: str | None
    last_status: str | None
    desired_status: str | None
    stop_code: str | None
    stopped_reason: str | None

    @property
    def ended(self) -> bool:
        """Whether ECS no longer counts the task as running."""
        return self.last_status in _ENDED

    @property
    def reason(self) -> str:
        """Why the task stops, as ECS words it; empty for a task that runs."""
        return self.stopped_reason or self.stop_code or ""


def read_state(envelope: Envelope) -> TaskState:
    """Return what the event says of its task's state."""
    detail = envelope.detail
    return TaskState(
        capacity_provider=text(detail, "capacityProviderName", of=_DETAIL),
        launch_type=text(detail, "launchType", of=_DETAIL),
        last_status=text(detail, "lastStatus", of=_DETAIL),
        desired_status=text(detail, "desiredStatus", of=_DETAIL),
        stop_code=text(detail, "stopCode", of=_DETAIL),
        stopped_reason=text(detail, "stoppedReason", of=_DETAIL),
    )


def classify(state: TaskState) -> EvidenceKind | OtherKind:
    """Return what the event says about Spot: the same as the event patterns of the spoke."""
    if _interrupted(state):
        return EvidenceKind.SPOT_INTERRUPTION
    if state.capacity_provider != FARGATE_SPOT:
        return OtherKind.IRRELEVANT
    if _failed_to_start(state):
        return EvidenceKind.SPOT_TASK_START_FAILED
    if _started(state):
        return EvidenceKind.SPOT_TASK_STARTED
    return OtherKind.IRRELEVANT


def claim(envelope: Envelope) -> Claim | Ignored:
    """Return which service's task it is, by the event's own account."""
    detail = envelope.detail
    group = text(detail, "group", of=_DETAIL)
    if group is None:
        raise UnidentifiedServiceError(
            "The task's detail has no 'group': it cannot be told which service the task belongs to."
        )
    kind, _, name = group.partition(":")
    if kind != "service":
        return Ignored(
            f"The task belongs to no service, but to the group {quoted(group)}: it was started on its own."
        )
    task = task_arn(text(detail, "taskArn", of=_DETAIL) or _first_resource(envelope))
    cluster = cluster_arn(required_text(detail, "clusterArn", of=_DETAIL))
    return Claim(cluster=cluster.name, service=service_name(name), arns=(cluster, task), task_arn=task.text)


def _interrupted(state: TaskState) -> bool:
    if state.capacity_provider is None:
        # Events may leave the provider out, but what runs on EC2 is EC2's Spot, not Fargate's.
        on_spot = state.launch_type in {None, "FARGATE"}
    else:
        on_spot = state.capacity_provider == FARGATE_SPOT
    if not on_spot:
        return False
    says_so = (state.stopped_reason or "").startswith(_INTERRUPTED)
    match state.stop_code:
        case "SpotInterruption":
            return True
        case "TerminationNotice":
            return says_so or _old_notice(state)
        case None:
            # Some events have only the text. https://github.com/aws/containers-roadmap/issues/1565
            return says_so
        case _:
            return False


def _old_notice(state: TaskState) -> bool:
    """Whether a TerminationNotice is Spot's (its code until 2022), and not for a host's maintenance."""
    return state.capacity_provider == FARGATE_SPOT and not (state.stopped_reason or "").startswith(
        _MAINTENANCE
    )


def _failed_to_start(state: TaskState) -> bool:
    if state.stop_code == "TaskFailedToStart":
        return True
    return state.stop_code not in _NOT_FOR_LACK_OF_CAPACITY and (state.stopped_reason or "").startswith(
        NO_CAPACITY
    )


def _started(state: TaskState) -> bool:
    # RUNNING that is desired STOPPED is a scale-in; with a reason to stop, it is going, whatever is desired.
    runs = state.last_status == "RUNNING" and state.desired_status == "RUNNING"
    return runs and state.stop_code is None and state.stopped_reason is None


def _first_resource(envelope: Envelope) -> str:
    if not envelope.resources:
        raise MalformedEventError(
            "The event names no task: its detail has no 'taskArn', and 'resources' is empty."
        )
    return envelope.resources[0]
