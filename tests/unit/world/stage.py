"""A small world with one cluster, and short words for what the tests ask of it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from simulator.world import EcsApi, Latencies, Sample, ServiceKey, World
from simulator.world.model import FARGATE, FARGATE_SPOT

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ACCOUNT = "111111111111"
REGION = "eu-west-1"
CLUSTER = "main"
SPOT = [{"capacityProvider": FARGATE_SPOT, "weight": 1}]
ON_DEMAND = [{"capacityProvider": FARGATE_SPOT, "weight": 0}, {"capacityProvider": FARGATE, "weight": 10}]
TARGET_GROUP = [
    {
        "targetGroupArn": f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/web/0123456789abcdef",
        "containerName": "app",
        "containerPort": 8080,
    }
]


class Stage:
    """A world, the events it emitted and its one account's API."""

    def __init__(self, *, seed: int = 1, latencies: Latencies | None = None, **options: Any) -> None:
        self.events: list[dict[str, Any]] = []
        self.world = World(seed=seed, start=START, emit=self.events.append, latencies=latencies, **options)
        self.world.register_cluster(ACCOUNT, REGION, CLUSTER)
        self.world.register_task_definition(ACCOUNT, REGION, "web:1", stop_timeout=120)
        self.world.register_task_definition(ACCOUNT, REGION, "web:2", stop_timeout=120)
        self.api: EcsApi = self.world.api(ACCOUNT, REGION)

    @property
    def seconds(self) -> float:
        """The seconds since the start."""
        return (self.world.now - START).total_seconds()

    def create(self, name: str = "web", *, desired: int = 4, **request: Any) -> dict[str, Any]:
        """Create a Spot service, or what the request says."""
        if "launchType" not in request:
            request.setdefault("capacityProviderStrategy", SPOT)
        request = {
            "cluster": CLUSTER,
            "serviceName": name,
            "taskDefinition": "web:1",
            "desiredCount": desired,
        } | request
        service: dict[str, Any] = self.api.create_service(request)["service"]
        return service

    def running(self, name: str = "web", *, desired: int = 4, **request: Any) -> None:
        """Create a service and wait until it has reached its steady state."""
        self.create(name, desired=desired, **request)
        self.until(lambda: self.service(name)["deployments"][0]["rolloutState"] == "COMPLETED")

    def update(self, name: str = "web", **request: Any) -> dict[str, Any]:
        """Update a service."""
        service: dict[str, Any] = self.api.update_service({"cluster": CLUSTER, "service": name} | request)[
            "service"
        ]
        return service

    def roll(self, name: str = "web", **request: Any) -> None:
        """Roll a service out anew."""
        self.update(name, **({"forceNewDeployment": True} | request))

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.world.advance(to=self.world.now + timedelta(seconds=seconds))

    def until(self, condition: Callable[[], bool], *, within: float = 3600) -> None:
        """Let time pass from one transition to the next until a condition holds."""
        end = self.world.now + timedelta(seconds=within)
        while not condition():
            moment = self.world.next_transition_at()
            assert moment is not None, "nothing more happens, and the condition does not hold"
            assert moment <= end, f"the condition does not hold within {within} seconds"
            self.world.advance(to=moment)

    def service(self, name: str = "web") -> dict[str, Any]:
        """Describe one service, unthrottled."""
        throttles = self.world.throttles
        enabled, throttles.enabled = throttles.enabled, False
        try:
            services = self.api.describe_services({"cluster": CLUSTER, "services": [name]})["services"]
        finally:
            throttles.enabled = enabled
        service: dict[str, Any] = services[0]
        return service

    def counts(self, name: str = "web") -> tuple[int, int]:
        """Return the running and the pending count."""
        service = self.service(name)
        return service["runningCount"], service["pendingCount"]

    def messages(self, name: str = "web") -> list[str]:
        """Return the service's messages, newest first."""
        return [event["message"] for event in self.service(name)["events"]]

    def tasks(self, name: str = "web", desired: str = "RUNNING") -> list[dict[str, Any]]:
        """Describe the tasks of a service by desired status."""
        request = {"cluster": CLUSTER, "serviceName": name, "desiredStatus": desired}
        arns = self.api.list_tasks(request)["taskArns"]
        if not arns:
            return []
        tasks: list[dict[str, Any]] = self.api.describe_tasks({"cluster": CLUSTER, "tasks": arns})["tasks"]
        return tasks

    def drought(self, capacity: int = 0) -> None:
        """Let the region's Spot capacity fall."""
        self.world.weather.set(None, REGION, capacity=capacity)

    def calm(self) -> None:
        """Let there be Spot capacity for everyone."""
        self.world.weather.set(None, REGION, capacity=None)

    def of_type(self, detail_type: str, name: str | None = None) -> list[dict[str, Any]]:
        """Return the events of a detail-type, or of one eventName or lastStatus of it."""
        return [
            event
            for event in self.events
            if event["detail-type"] == detail_type
            and name in (None, event["detail"].get("eventName"), event["detail"].get("lastStatus"))
        ]

    def placement_failures(self) -> list[dict[str, Any]]:
        """Return the placement failures told so far."""
        return self.of_type("ECS Service Action", "SERVICE_TASK_PLACEMENT_FAILURE")

    def statuses(self, task_arn: str) -> list[str]:
        """Return the last and desired statuses that events told of a task, in order."""
        return [
            f"{event['detail']['lastStatus']}/{event['detail']['desiredStatus']}"
            for event in self.of_type("ECS Task State Change")
            if event["resources"] == [task_arn]
        ]

    def last(self, name: str = "web") -> Sample:
        """Return the newest sample of a service."""
        sample = self.world.log.last(key(name))
        assert sample is not None
        return sample


def key(name: str = "web") -> ServiceKey:
    """Return the key of a service of the stage."""
    return ServiceKey(ACCOUNT, REGION, CLUSTER, name)
