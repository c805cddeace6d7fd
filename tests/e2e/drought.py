"""A drought in the account west, told once: tests read what was seen of it.

First Spot lacks some tasks of one service, then of another while on-demand is short too, then all tasks of
everybody; then it is calm again.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from tests.e2e.installation import Installation, Item
from tests.e2e.pairs import Counts, Pair
from tests.e2e.places import CLUSTER, WEST
from tests.e2e.services import ON_DEMAND, Service

SPOKE_PARAMETER: Final = "/spot-failover/spoke"
# By CPU units and MiB each has Spot capacity of its own, as tests/e2e/terraform/fleet/west.tf has it.
API_SIZE: Final = "1024/2048"
WORKER_SIZE: Final = "512/1024"
OTHERS_SIZE: Final = "256/512"
SIZES: Final = (API_SIZE, WORKER_SIZE, OTHERS_SIZE)
API_TASKS: Final = 4
WORKER_TASKS: Final = 5
WORKER_RESERVE: Final = 1
REHEARSED_TASKS: Final = 2


@dataclass(slots=True)
class Drought:
    """The services of the account, and what was seen of them."""

    installation: Installation
    api: Pair
    worker: Pair
    rehearsed: Pair
    plain: Service
    switched_off: Service
    spared: Service
    scaling_before: dict[str, Item] = field(init=False)
    new_task_definition: str = field(init=False)
    drilled: Item = field(init=False)
    drilled_counts: Counts = field(init=False)
    worker_lacks_two: Counts = field(init=False)
    shortage: Item = field(init=False)
    kept_on_spot: Counts = field(init=False)
    calls_in_the_shortage: list[Item] = field(init=False)
    dry_run: Item = field(init=False)
    calls_in_the_dry_run: list[Item] = field(init=False)
    worker_lacks_all: Counts = field(init=False)
    api_counts: Counts = field(init=False)
    scaling_during: dict[str, Item] = field(init=False)
    plain_on_demand: Item = field(init=False)
    calm_at: str = field(init=False)
    scaling_after: dict[str, Item] = field(init=False)
    before_the_drain: tuple[Item, Item] = field(init=False)
    drained_at: datetime = field(init=False)

    @classmethod
    def watched(cls, installation: Installation) -> Drought:
        """Let it come and go."""
        drought = cls(
            installation,
            api=Pair.of(installation, WEST, "api"),
            worker=Pair.of(installation, WEST, "worker"),
            rehearsed=Pair.of(installation, WEST, "rehearsed"),
            plain=Service(installation, WEST, "plain"),
            switched_off=Service(installation, WEST, "off"),
            spared=Service(installation, WEST, "spared-1"),
        )
        drought._prepared()
        drought._calm_before()
        drought._partial_drought()
        drought._on_demand_short_too()
        drought._drought()
        drought._calm_again()
        drought._drained()
        return drought

    def calls(self, pair: Pair, action: str = "UpdateService") -> list[Item]:
        """Return the hub's calls for either service of a pair, in order."""
        calls = [*pair.spot.calls(action), *pair.standby.calls(action)]
        return sorted(calls, key=lambda call: call["at"])

    def told(self, pair: Pair) -> Counter[str]:
        """Count what a channel was told of a pair's service, by kind."""
        told = self.installation.told(pair.spot.key)
        return Counter(notification["metadata"]["eventType"] for notification in told)

    def _prepared(self) -> None:
        self.plain.create()
        self.switched_off.create(tags={"spot-failover": "off"})
        self.spared.create()
        self.rehearsed.spot.create(desired=REHEARSED_TASKS, health_check=True)
        self.rehearsed.standby.create(desired=0, strategy=ON_DEMAND, health_check=True)
        for pair in (self.api, self.worker, self.rehearsed):
            pair.spot.running()
            pair.standby.running()
        for service in (self.plain, self.switched_off, self.spared):
            service.running()
        self.rehearsed.spot.register(
            mode="standby",
            standby={"service_name": self.rehearsed.standby.name},
            restore={"interval_seconds": 1, "window_seconds": 5, "backoff_seconds": 3600},
        )
        for service in (self.plain, self.api.spot, self.worker.spot):
            service.protected()
        for pair in (self.api, self.worker, self.rehearsed):
            self.installation.until(
                pair.spot.record,
                lambda record: record.get("claimed"),
                what=f"{pair.standby.name} to be taken on as standby",
            )
        self.scaling_before = self.api.scaling()
        # As many as there are: from now on target tracking wants them back whenever they are fewer.
        self.installation.control.demand(WEST.account, WEST.region, CLUSTER, self.api.spot.name, API_TASKS)

    def _calm_before(self) -> None:
        """Rehearse a failover, and roll out a task definition that the standby is to have too."""
        self.rehearsed.spot.drill()
        self.new_task_definition = deploy(self.api.spot)
        self.installation.until(
            lambda: self.api.standby.shown()["taskDefinition"],
            lambda shown: shown == self.new_task_definition,
            what="the standby to follow the service's task definition",
        )
        self.drilled = self.rehearsed.spot.in_phase("on_demand")
        self.drilled_counts = self.rehearsed.counts()
        self.api.spot.running()

    def _partial_drought(self) -> None:
        self.weather(WORKER_SIZE, WORKER_TASKS - 2)
        self.worker_lacks_two = self.installation.until(
            self.worker.counts,
            lambda seen: seen == ((WORKER_TASKS, 2), (WORKER_TASKS - 2, 2)),
            what="the standby to run the two tasks that Spot lacks",
        )

    def _on_demand_short_too(self) -> None:
        running = sum(pair.counts()[1][1] for pair in (self.api, self.worker, self.rehearsed))
        self.installation.control.on_demand(WEST.account, WEST.region, running)
        self.weather(API_SIZE, API_TASKS - 2)
        told = self.installation.until(
            lambda: self.installation.audit("On Demand Shortage", service_id=self.api.spot.key),
            what="the shortage of on-demand capacity to be told",
        )
        self.shortage = told[0]["detail"]
        self.kept_on_spot = self.installation.until(
            self.api.counts,
            lambda seen: seen[1][0] == API_TASKS - 2,
            what="the tasks with notice to be gone",
        )
        self.calls_in_the_shortage = self.calls(self.api)
        self.installation.control.on_demand(WEST.account, WEST.region, "calm")

    def _drought(self) -> None:
        for size in SIZES:
            self.weather(size, "drought")
        self.dry_run = self.installation.until(
            lambda: self.installation.audit("Service Dry Run", service_id=self.plain.key),
            what="the hub to say what it would do for a service of the default policy",
        )[0]["detail"]
        self.calls_in_the_dry_run = self.plain.calls("UpdateService")
        self.tell_spoke(default_policy={**self.spoke()["default_policy"], "dry_run": False})
        self.api.spot.in_phase("on_demand")
        self.worker_lacks_all = self.installation.until(
            self.worker.counts,
            lambda seen: seen == ((WORKER_TASKS, WORKER_TASKS), (0, WORKER_TASKS)),
            what="the standby to run all tasks of the worker",
        )
        self.api_counts = self.api.counts()
        self.scaling_during = self.api.scaling()
        self.plain_on_demand = self.plain.in_phase("on_demand")

    def _calm_again(self) -> None:
        self.calm_at = datetime.now(UTC).isoformat()
        for size in SIZES:
            self.weather(size, "calm")
        self.worker.at_rest(WORKER_TASKS, WORKER_RESERVE)
        self.api.at_rest(API_TASKS)
        self.scaling_after = self.installation.until(
            self.api.scaling,
            lambda scaling: scaling == self.scaling_before,
            what="autoscaling to go on as it was",
        )

    def _drained(self) -> None:
        self.before_the_drain = self.plain.record(), self.rehearsed.spot.record()
        self.tell_spoke(operation="drain")
        self.plain.in_phase("steady", seconds=90)
        self.rehearsed.at_rest(REHEARSED_TASKS)
        self.drained_at = datetime.now(UTC)

    def weather(self, size: str, capacity: int | str) -> None:
        """Set how many Spot tasks of a size there may be."""
        self.installation.control.weather(WEST.region, capacity, WEST.account, size=size)

    def spoke(self) -> Item:
        """Return what the spoke says of itself."""
        ssm = self.installation.client("ssm", WEST)
        found: Item = json.loads(ssm.get_parameter(Name=SPOKE_PARAMETER)["Parameter"]["Value"])
        return found

    def tell_spoke(self, **changes: Any) -> None:
        """Change some of what the spoke says, as an apply with other variables would."""
        self.installation.client("ssm", WEST).put_parameter(
            Name=SPOKE_PARAMETER, Value=json.dumps(self.spoke() | changes), Type="String", Overwrite=True
        )


def deploy(service: Service) -> str:
    """Roll out a new revision of the service's task definition; returns its ARN."""
    ecs = service.installation.client("ecs", service.place)
    shown = ecs.describe_task_definition(taskDefinition=service.shown()["taskDefinition"])["taskDefinition"]
    kept = ("family", "requiresCompatibilities", "networkMode", "cpu", "memory", "executionRoleArn")
    [container] = shown["containerDefinitions"]
    made = ecs.register_task_definition(
        **{name: shown[name] for name in kept}, containerDefinitions=[{**container, "image": "app:2"}]
    )
    arn: str = made["taskDefinition"]["taskDefinitionArn"]
    ecs.update_service(cluster=CLUSTER, service=service.name, taskDefinition=arn)
    return arn
