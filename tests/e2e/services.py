"""ECS services under test: made by their owner, watched by tests."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tests.e2e.installation import Installation, Item
from tests.e2e.places import CLUSTER, Place

SPOT: Final = [{"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0}]
# One task on demand, all others on Spot.
BASED: Final = [
    {"capacityProvider": "FARGATE", "weight": 0, "base": 1},
    {"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0},
]
ON_DEMAND: Final = [{"capacityProvider": "FARGATE", "weight": 1, "base": 0}]
# Half of the tasks on demand.
HALVED: Final = [
    {"capacityProvider": "FARGATE", "weight": 1, "base": 0},
    {"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0},
]

# As quick as the bounds allow: here a minute of ECS is a second.
POLICY: Final[dict[str, Any]] = {
    "schema": 1,
    "mode": "switch",
    "dry_run": False,
    "owner": "team-shop",
    "restore": {"window_seconds": 5, "backoff_seconds": 5, "max_backoff_seconds": 5},
}


@dataclass(frozen=True, slots=True)
class Service:
    """One ECS service."""

    installation: Installation
    place: Place
    name: str

    @property
    def key(self) -> str:
        """The service's id in the hub's tables."""
        return f"{self.place.key}::{CLUSTER}::{self.name}"

    @property
    def arn(self) -> str:
        """The service's ARN."""
        return self.place.arn("ecs", f"service/{CLUSTER}/{self.name}")

    @property
    def parameter(self) -> str:
        """The parameter that registers it."""
        return f"/spot-failover/services/{CLUSTER}/{self.name}"

    # --- what its owner does ---

    def create(
        self,
        *,
        desired: int = 2,
        strategy: list[dict[str, Any]] | None = None,
        cpu: int = 256,
        health_check: bool = False,
        tags: dict[str, str] | None = None,
    ) -> Service:
        """Make the service; it takes a while to come up."""
        container: dict[str, Any] = {"name": "app", "image": "app:1", "essential": True}
        if health_check:
            container["healthCheck"] = {"command": ["CMD", "true"]}
        ecs = self.installation.client("ecs", self.place)
        ecs.create_cluster(clusterName=CLUSTER, capacityProviders=["FARGATE", "FARGATE_SPOT"])
        ecs.register_task_definition(
            family=self.name,
            requiresCompatibilities=["FARGATE"],
            networkMode="awsvpc",
            cpu=str(cpu),
            memory=str(2 * cpu),
            containerDefinitions=[container],
        )
        ecs.create_service(
            cluster=CLUSTER,
            serviceName=self.name,
            taskDefinition=self.name,
            desiredCount=desired,
            capacityProviderStrategy=strategy or SPOT,
            networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-1"]}},
            tags=[{"key": key, "value": value} for key, value in (tags or {}).items()],
        )
        return self

    def register(self, **changes: Any) -> Service:
        """Write the parameter as protected-service would, and wait until the hub protects the service."""
        self.put_policy(json.dumps(POLICY | changes))
        self.protected()
        return self

    def put_policy(self, text: str) -> None:
        """Write the parameter, whatever the text."""
        self.installation.client("ssm", self.place).put_parameter(
            Name=self.parameter, Value=text, Type="String", Overwrite=True
        )

    def unregister(self) -> None:
        """Delete the parameter."""
        self.installation.client("ssm", self.place).delete_parameter(Name=self.parameter)

    def scale(self, desired: int) -> None:
        """Change the desired count."""
        self.installation.client("ecs", self.place).update_service(
            cluster=CLUSTER, service=self.name, desiredCount=desired
        )

    # --- what happens to it ---

    def interrupt(self, count: int) -> list[str]:
        """Let Spot take tasks back; returns their ARNs."""
        return self.installation.control.interrupt(
            self.place.account, self.place.region, CLUSTER, self.name, count
        )

    def drill(self, *, sender: Place | None = None, bus: str = "default") -> dict[str, Any]:
        """Put a drill on a bus of its own account, or of another one."""
        entry = {
            "Source": "test.aws.ecs",
            "DetailType": "ECS Service Action",
            "Resources": [self.arn],
            "Detail": json.dumps(self._placement_failure()),
            "EventBusName": bus,
        }
        events = self.installation.client("events", sender or self.place)
        found: dict[str, Any] = events.put_events(Entries=[entry])["Entries"][0]
        return found

    def drill_event(self) -> dict[str, Any]:
        """Return a finished drill, to be emitted once or several times under one id."""
        return {
            "version": "0",
            "id": str(uuid.uuid4()),
            "source": "test.aws.ecs",
            "detail-type": "ECS Service Action",
            "account": self.place.account,
            "region": self.place.region,
            "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "resources": [self.arn],
            "detail": self._placement_failure(),
        }

    def _placement_failure(self) -> dict[str, Any]:
        return {
            "eventName": "SERVICE_TASK_PLACEMENT_FAILURE",
            "reason": "RESOURCE:FARGATE",
            "capacityProviderArns": [self.place.arn("ecs", "capacity-provider/FARGATE_SPOT")],
        }

    # --- what is to be seen ---

    def shown(self) -> dict[str, Any]:
        """Return what ECS shows of it."""
        found: dict[str, Any] = self.installation.client("ecs", self.place).describe_services(
            cluster=CLUSTER, services=[self.name]
        )["services"][0]
        return found

    def strategy(self) -> list[dict[str, Any]]:
        """Return its capacity provider strategy now."""
        found: list[dict[str, Any]] = self.shown()["capacityProviderStrategy"]
        return found

    def record(self) -> Item:
        """Return the hub's record of it; empty: the hub does not know it."""
        return self.installation.item(self.key)

    def evidence(self) -> list[Item]:
        """Return the evidence about it."""
        return self.installation.evidence(self.key)

    def calls(self, action: str, since: int = 0) -> list[Item]:
        """Return the hub's ECS calls for it alone."""
        return self.installation.hub_calls(self.place, action, self.name, since)

    # --- waiting ---

    def running(self) -> Service:
        """Wait until as many tasks run as are desired, and no others."""
        self.installation.until(
            lambda: {name: self.shown()[name] for name in ("runningCount", "desiredCount", "pendingCount")},
            lambda counts: counts["runningCount"] == counts["desiredCount"] and not counts["pendingCount"],
            what=f"all tasks of {self.key} to run",
            ticking=False,
        )
        return self

    def protected(self) -> Service:
        """Wait until the hub knows the service, and until what happens now counts as later than that.

        Events carry whole seconds: in the second of the registration itself they would count as older.
        """
        self.installation.until(
            lambda: (self.record().get("since", ""), datetime.now(UTC)),
            lambda seen: seen[0] and seen[1] - datetime.fromisoformat(seen[0]) > timedelta(seconds=1),
            what=f"the registration of {self.key}",
        )
        return self

    def in_phase(self, *phases: str, seconds: float = 60) -> Item:
        """Wait until the hub has the service in one of these phases; returns its record."""
        return self.installation.until(
            self.record,
            lambda record: record.get("phase") in phases,
            what=f"{self.key} to be {' or '.join(phases)}",
            seconds=seconds,
        )
