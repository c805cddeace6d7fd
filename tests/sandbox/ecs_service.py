"""An ECS service as tests make one through the API."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from tests.sandbox.acting import REGION, SPOKE, Aws

SPOT = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
ON_DEMAND = [{"capacityProvider": "FARGATE", "weight": 10}]


class Service:
    """An ECS service of the spoke with a cluster and a task definition of its own, unless they are given."""

    def __init__(
        self,
        aws: Aws,
        region: str = REGION,
        desired: int = 2,
        cluster: str | None = None,
        name: str = "api",
        container: dict[str, Any] | None = None,
        definition: dict[str, Any] | None = None,
        **settings: Any,
    ) -> None:
        self.aws = aws
        self.region = region
        self.name = name
        self.ecs = aws.client("ecs", SPOKE, region)
        self.cluster = cluster or aws.cluster(SPOKE, region)
        self.definition = self.ecs.register_task_definition(
            family=aws.name("app"),
            requiresCompatibilities=["FARGATE"],
            networkMode="awsvpc",
            cpu="256",
            memory="512",
            containerDefinitions=[{"name": "app", "image": "app:1", "stopTimeout": 5, **(container or {})}],
            **(definition or {}),
        )["taskDefinition"]["taskDefinitionArn"]
        strategy = {} if "launchType" in settings else {"capacityProviderStrategy": SPOT}
        self.created = self.ecs.create_service(
            cluster=self.cluster,
            serviceName=name,
            taskDefinition=self.definition,
            desiredCount=desired,
            networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-1"]}},
            tags=[{"key": "team", "value": "shop"}],
            **{**strategy, **settings},
        )["service"]

    @property
    def resource_id(self) -> str:
        """What Application Auto Scaling calls it."""
        return f"service/{self.cluster}/{self.name}"

    def now(self, *include: str) -> dict[str, Any]:
        found: dict[str, Any] = self.ecs.describe_services(
            cluster=self.cluster, services=[self.name], include=list(include)
        )["services"][0]
        return found

    def tasks(self) -> list[dict[str, Any]]:
        """Return the tasks that are to run."""
        arns = self.ecs.list_tasks(cluster=self.cluster, serviceName=self.name)["taskArns"]
        if not arns:
            return []
        found: list[dict[str, Any]] = self.ecs.describe_tasks(cluster=self.cluster, tasks=arns)["tasks"]
        return found

    def addresses(self) -> set[str]:
        """Return the private IP addresses of the tasks, as DescribeTasks shows them."""
        return {
            detail["value"]
            for task in self.tasks()
            for attachment in task["attachments"]
            for detail in attachment["details"]
            if detail["name"] == "privateIPv4Address"
        }

    def wait_running(self, count: int) -> dict[str, Any]:
        return self.aws.control.wait_for(
            lambda: found if (found := self.now())["runningCount"] == count else None,
            seconds=15,
            what=f"{count} running tasks",
        )

    def wait_tasks(self, wanted: Callable[[dict[str, Any]], bool], what: str) -> list[dict[str, Any]]:
        """Look at the tasks, no faster than ECS lets anyone, until there are some and all are as wanted."""

        def look() -> list[dict[str, Any]] | None:
            time.sleep(0.15)
            found = self.tasks()
            return found if found and all(wanted(task) for task in found) else None

        return self.aws.control.wait_for(look, seconds=20, what=what)

    def update(self, **change: Any) -> None:
        self.ecs.update_service(cluster=self.cluster, service=self.name, **change)

    def delete(self) -> None:
        self.ecs.delete_service(cluster=self.cluster, service=self.name, force=True)
