"""What the service should look like in a phase, and the calls that are missing until it does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, assert_never

from spot_failover.domain.applied import failed
from spot_failover.domain.counts import Counts, counts
from spot_failover.domain.policy import Mode
from spot_failover.domain.record import Phase, Record
from spot_failover.domain.service import Rollout

if TYPE_CHECKING:
    from datetime import datetime

    from spot_failover.domain.capacity import Rolling, Strategy
    from spot_failover.domain.evidence import Evidence
    from spot_failover.domain.service import Observation


@dataclass(frozen=True, slots=True)
class Target:
    """What is wanted of the service and its standby; None: as it is."""

    counts: Counts
    strategy: Strategy | None = None
    rolling: Rolling | None = None
    standby_task_definition: str = ""


@dataclass(frozen=True, slots=True)
class UpdateService:
    """One UpdateService call; a strategy goes out with forceNewDeployment, None is not part of the call.

    service_name: the standby's; empty for the protected service itself.
    """

    strategy: Strategy | None = None
    rolling: Rolling | None = None
    desired: int | None = None
    task_definition: str = ""
    service_name: str = ""

    @property
    def name(self) -> str:
        """A name by which the record knows the change again, whether or not rolling settings go with it."""
        if self.strategy:
            items = self.strategy.items
            return " ".join(f"{item.capacity_provider}={item.weight}+{item.base}" for item in items)
        if self.task_definition:
            return f"{self.service_name} task_definition={self.task_definition}"
        if self.rolling:
            return f"rolling={self.rolling.minimum_healthy_percent}-{self.rolling.maximum_percent}"
        return f"{self.service_name} desired={self.desired}".strip()

    @property
    def deploys(self) -> bool:
        """Whether ECS starts a new deployment, every time that it goes out."""
        return self.strategy is not None or bool(self.task_definition)

    def lowers(self, observation: Observation) -> bool:
        """Whether ECS may stop tasks for it."""
        side = observation.standby if self.service_name else observation
        return self.desired is not None and side is not None and self.desired < side.desired


def target(
    phase: Phase, observation: Observation, record: Record, evidence: list[Evidence], now: datetime
) -> Target:
    """Say what the service and its standby should look like.

    In mode `switch`, the side of Spot on which the primary deployment stands decides: a strategy that someone
    else chose on the right side is left alone. Rolling settings are raised together with the strategy, never
    alone, and put back when the rollout is over.
    """
    wanted = Target(counts(phase, record, observation, evidence, now))
    if record.policy.mode is not Mode.SWITCH:
        return replace(wanted, standby_task_definition=standby_to_follow(phase, observation, record))
    strategy = None
    match phase:
        case Phase.FAILING_OVER:
            missing = observation.strategy.uses_spot or failed(record.applied, observation)
            strategy = record.config.on_demand if record.config and missing else None
        case Phase.RESTORING:
            strategy = (
                record.config.strategy if record.config and not observation.strategy.uses_spot else None
            )
        case Phase.STEADY | Phase.ON_DEMAND:
            # In the middle of a rollout they would let ECS stop tasks before their successors run.
            return replace(wanted, rolling=None if observation.rolling_out else record.put_back)
        case _:
            assert_never(phase)
    if strategy is None:
        return wanted
    return replace(wanted, strategy=strategy, rolling=observation.rolling.without_loss())


def changes(observation: Observation, wanted: Target) -> tuple[UpdateService, ...]:
    """Return the calls that are missing, at most one for each service; what lowers a count comes last."""
    missing = []
    rolling = wanted.rolling if wanted.rolling and wanted.rolling != observation.rolling else None
    desired = wanted.counts.spot if wanted.counts.spot != observation.desired else None
    if wanted.strategy or rolling or desired is not None:
        missing.append(UpdateService(wanted.strategy, rolling, desired))
    twin = observation.standby
    if twin is not None:
        desired = wanted.counts.standby if wanted.counts.standby != twin.desired else None
        if wanted.standby_task_definition or desired is not None:
            missing.append(
                UpdateService(
                    desired=desired,
                    task_definition=wanted.standby_task_definition,
                    service_name=twin.service_name,
                )
            )
    return tuple(sorted(missing, key=lambda change: change.lowers(observation)))


def standby_to_follow(phase: Phase, observation: Observation, record: Record) -> str:
    """Return the task definition that a resting standby lacks: the last one the service completed."""
    twin, primary = observation.standby, observation.primary
    if not record.policy.standby.follow_task_definition or twin is None or phase is not Phase.STEADY:
        return ""
    at_rest = twin.running + twin.pending <= twin.desired <= record.policy.standby.reserve
    if record.held or not at_rest or observation.running < observation.desired:
        return ""
    if primary is None or primary.rollout is not Rollout.COMPLETED:
        return ""
    return primary.task_definition if primary.task_definition != twin.task_definition else ""
