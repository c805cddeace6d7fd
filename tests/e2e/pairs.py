"""A service on Spot and its standby: two services that serve one demand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from tests.e2e.installation import Installation, Item
from tests.e2e.places import CLUSTER, Place
from tests.e2e.services import Service

# Of the service and its standby: how many tasks are desired, and how many run.
Counts: TypeAlias = tuple[tuple[int, int], tuple[int, int]]

DIMENSION: Final = "ecs:service:DesiredCount"


@dataclass(frozen=True, slots=True)
class Load:
    """What both services had at a moment: tasks by service name, and who serves."""

    at: str
    running: dict[str, int]
    desired: dict[str, int]
    serving: int


@dataclass(frozen=True, slots=True)
class Lowering:
    """A desired count that was lowered, and what there was just before."""

    service: str
    to: int
    before: Load

    @property
    def stops_at_most(self) -> int:
        """How many of the running tasks ECS stops for it, if it chooses as badly as it may."""
        return max(0, self.before.running[self.service] - self.to)


@dataclass(frozen=True, slots=True)
class Pair:
    """A protected service and the standby that its policy names."""

    spot: Service
    standby: Service

    @classmethod
    def of(cls, installation: Installation, place: Place, name: str) -> Pair:
        """Name both services as all pairs here are named."""
        return cls(Service(installation, place, name), Service(installation, place, f"{name}-on-demand"))

    def counts(self) -> Counts:
        """Return how many tasks of each are desired now, and how many run."""
        spot, standby = self.spot.shown(), self.standby.shown()
        return (
            (spot["desiredCount"], standby["desiredCount"]),
            (spot["runningCount"], standby["runningCount"]),
        )

    def at_rest(self, desired: int, standby: int = 0) -> Pair:
        """Wait until both have come back to these counts, in the record's eyes too."""
        self.spot.in_phase("steady", seconds=90)
        wanted = (desired, standby)
        self.spot.installation.until(
            lambda: (self.counts(), "held" in self.spot.record()),
            lambda seen: seen == ((wanted, wanted), False),
            what=f"{self.spot.key} and its standby to be back at {desired} and {standby} tasks",
        )
        return self

    def scaling(self) -> dict[str, Item]:
        """Return the limits and suspensions of their scalable targets, by service name."""
        client = self.spot.installation.client("application-autoscaling", self.spot.place)
        names = {f"service/{CLUSTER}/{each.name}": each.name for each in (self.spot, self.standby)}
        found = client.describe_scalable_targets(
            ServiceNamespace="ecs", ResourceIds=list(names), ScalableDimension=DIMENSION
        )["ScalableTargets"]
        kept = ("MinCapacity", "MaxCapacity", "SuspendedState")
        return {names[target["ResourceId"]]: {key: target[key] for key in kept} for target in found}

    def loads(self) -> Iterator[Load]:
        """Yield what both had at every change."""
        names = {self.spot.name, self.standby.name}
        last: dict[str, dict[str, Any]] = {}
        samples, _ = self.spot.installation.control.log()
        for sample in samples:
            if (sample["account"], sample["service"]) not in {
                (self.spot.place.account, name) for name in names
            }:
                continue
            last[sample["service"]] = sample
            if last.keys() == names:
                yield Load(
                    sample["at"],
                    {name: each["spot_running"] + each["on_demand_running"] for name, each in last.items()},
                    {name: each["desired"] for name, each in last.items()},
                    sum(each["serving"] for each in last.values()),
                )

    def lowerings(self) -> Iterator[Lowering]:
        """Yield every change that lowered a desired count."""
        before: Load | None = None
        for load in self.loads():
            for name, count in load.desired.items():
                if before and count < before.desired[name]:
                    yield Lowering(name, count, before)
            before = load
