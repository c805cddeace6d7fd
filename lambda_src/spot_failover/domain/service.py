"""What ECS says of a service now: one DescribeServices answer, in the words that the rules need."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from spot_failover.domain.capacity import Rolling, Strategy

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

ROLLING_CONTROLLER = "ECS"
ROLLING_STRATEGY = "ROLLING"


class Rollout(StrEnum):
    """ECS's rolloutState of a deployment."""

    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Deployment:
    """One deployment of a service; counts are tasks."""

    id: str
    strategy: Strategy
    created_at: datetime
    desired: int
    running: int
    rollout: Rollout = Rollout.COMPLETED
    task_definition: str = ""

    @property
    def short(self) -> bool:
        """Whether tasks of this deployment are still missing."""
        return self.running < self.desired


@dataclass(frozen=True, slots=True)
class ServiceEvent:
    """A line of ECS's own event list of a service."""

    created_at: datetime
    message: str


@dataclass(frozen=True, slots=True)
class Observation:
    """One service as ECS shows it, with its standby; the answer may lag a little behind the last update.

    `running` counts the tasks of all deployments. `deployment_configuration` is ECS's own mapping, kept whole
    because UpdateService replaces what it is given. The primary deployment comes first in `deployments`,
    the newest line in `events`. `network` holds subnets and security groups, `target_groups` ARNs,
    `settings` what else a twin should have in common, in people's words; `tags` are there only where they
    were asked for.

    wanted, up and held: how many tasks ECS wants to run, how many of those run, and how many can be counted
    on; None where nobody has looked at the tasks. own_strategy is the service's own: services of CodeDeploy
    have no deployments.
    """

    status: str
    created_at: datetime
    desired: int
    running: int
    pending: int
    deployments: tuple[Deployment, ...]
    rolling: Rolling = field(default_factory=Rolling)
    launch_type: str = ""
    controller: str = ROLLING_CONTROLLER
    deployment_strategy: str = ROLLING_STRATEGY
    deployment_configuration: Mapping[str, Any] = field(default_factory=dict)
    service_name: str = ""
    own_strategy: Strategy = field(default_factory=Strategy)
    task_definition: str = ""
    target_groups: tuple[str, ...] = ()
    service_connect: bool = False
    network: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    events: tuple[ServiceEvent, ...] = ()
    standby: Observation | None = None
    wanted: int | None = None
    up: int | None = None
    held: int | None = None

    @property
    def active(self) -> bool:
        """Whether the service exists and is not being deleted."""
        return self.status == "ACTIVE"

    @property
    def subnets(self) -> tuple[str, ...]:
        """The ids of the subnets that tasks may be placed in."""
        return tuple(each for each in self.network if each.startswith("subnet-"))

    @property
    def rolling_out(self) -> bool:
        """Whether tasks of one deployment are being replaced by those of another."""
        return len(self.deployments) > 1 or (
            self.primary is not None and self.primary.rollout is Rollout.IN_PROGRESS
        )

    @property
    def primary(self) -> Deployment | None:
        """The deployment that ECS is driving towards; the others are being replaced."""
        return self.deployments[0] if self.deployments else None

    @property
    def strategy(self) -> Strategy:
        """The primary deployment's strategy: what new tasks are placed by."""
        return self.primary.strategy if self.primary else self.own_strategy
