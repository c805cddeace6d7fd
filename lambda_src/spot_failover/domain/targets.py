"""What the service should look like in a phase, and the calls that are missing until it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from spot_failover.domain.applied import failed
from spot_failover.domain.record import Phase, Record

if TYPE_CHECKING:
    from spot_failover.domain.capacity import Rolling, Strategy
    from spot_failover.domain.service import Observation


@dataclass(frozen=True, slots=True)
class Target:
    """What is wanted of the service; None: as it is."""

    strategy: Strategy | None = None
    rolling: Rolling | None = None


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
        if self.rolling:
            return f"rolling={self.rolling.minimum_healthy_percent}-{self.rolling.maximum_percent}"
        return ""


def target(phase: Phase, observation: Observation, record: Record) -> Target:
    """Say what the service should look like.

    Which side of Spot the primary deployment stands on decides: a strategy that someone else chose on the
    right side is left alone. Rolling settings are raised together with the strategy, never alone, and put
    back when the rollout is over.
    """
    match phase:
        case Phase.FAILING_OVER:
            missing = observation.strategy.uses_spot or failed(record.applied, observation)
            wanted = record.config.on_demand if record.config and missing else None
        case Phase.RESTORING:
            wanted = record.config.strategy if record.config and not observation.strategy.uses_spot else None
        case Phase.STEADY | Phase.ON_DEMAND:
            return Target(rolling=record.put_back)
        case _:
            assert_never(phase)
    return Target(wanted, observation.rolling.without_loss()) if wanted else Target()


def changes(observation: Observation, wanted: Target) -> tuple[UpdateService, ...]:
    """Return the calls that are still missing: none or one."""
    rolling = wanted.rolling if wanted.rolling and wanted.rolling != observation.rolling else None
    return (UpdateService(wanted.strategy, rolling),) if wanted.strategy or rolling else ()
