"""The world around a fleet: services, their owners, the weather and autoscaling."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from simulator.world import ServiceKey, World
from spot_failover.domain.identity import ServiceId
from tests.unit.jobs.watch import Pair, Standing, Watch

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
SERVICE = ServiceId("222233334444", "eu-west-1", "shop", "web")
HERE = SERVICE.location
STANDBY = "web-on-demand"
SPOT_ONLY = ({"capacityProvider": "FARGATE_SPOT", "weight": 1},)
ON_DEMAND = ({"capacityProvider": "FARGATE", "weight": 1},)


def key_of(service: ServiceId) -> ServiceKey:
    return ServiceKey(service.account, service.region, service.cluster, service.service)


KEY = key_of(SERVICE)
STANDBY_KEY = key_of(SERVICE.beside(STANDBY))


class Place:
    """One account and region with a cluster in it, and all that others than we do there."""

    def __init__(self, seed: int) -> None:
        self.events: list[dict[str, Any]] = []
        self.requests: dict[str, dict[str, Any]] = {}
        self.world = World(seed=seed, start=START, emit=self.events.append)
        self.watch = Watch(self.world)
        self.world.register_cluster(SERVICE.account, SERVICE.region, SERVICE.cluster)
        self.world.register_task_definition(SERVICE.account, SERVICE.region, "web:1")

    @property
    def now(self) -> datetime:
        return self.world.now

    @property
    def pair(self) -> Pair:
        return self.watch.pair(KEY)

    @property
    def spot(self) -> Standing:
        return self.watch.standing(KEY)

    @property
    def standby(self) -> Standing:
        return self.watch.standing(STANDBY_KEY)

    @property
    def created(self) -> dict[str, Any]:
        """The request by which the owners made the service."""
        return self.requests[SERVICE.service]

    def described(self, name: str = SERVICE.service) -> dict[str, Any]:
        """Return what ECS itself has of a service now, whatever a reader is shown."""
        staleness, self.world.faults.staleness = self.world.faults.staleness, timedelta()
        with self._spared():
            answer = self.world.api(SERVICE.account, SERVICE.region).describe_services(
                {"cluster": SERVICE.cluster, "services": [name], "include": ["TAGS"]}
            )
        self.world.faults.staleness = staleness
        return cast("dict[str, Any]", answer["services"][0])

    def drought(self) -> None:
        self.weather(0)

    def calm(self) -> None:
        self.weather(None)

    def weather(self, capacity: int | None) -> None:
        self.world.weather.set(SERVICE.account, SERVICE.region, capacity=capacity)

    def interrupt(self, count: int, *, notice: bool = True) -> None:
        self.world.weather.interrupt(
            SERVICE.account, SERVICE.region, SERVICE.cluster, SERVICE.service, count, notice=notice
        )

    def update(self, name: str = SERVICE.service, **request: Any) -> None:
        """Change a service as its owners would."""
        key = key_of(SERVICE.beside(name))
        self.note_wishes()
        before = self.watch.standing(key).desired
        with self._spared():
            self.world.api(SERVICE.account, SERVICE.region).update_service(
                {"cluster": SERVICE.cluster, "service": name, **request}
            )
        pair = self.watch.pair(key)
        # A count that is there already, because we hold it there, changes nothing that anyone could see.
        if request.get("desiredCount", before) != before and key == pair.service:
            pair.wish(request["desiredCount"], self.now)
        if request.get("forceNewDeployment") or request.get("taskDefinition"):
            pair.rolled_out_at = self.now
        self.watch.settle(pair)
        self.watch.note(pair, f"OWNERS {name} {request}")

    def scale(self, name: str, **request: Any) -> None:
        """Call Application Auto Scaling about a service as its owners would; `operation` names the call."""
        operation = request.pop("operation", "RegisterScalableTarget")
        self.world.scaling(SERVICE.account, SERVICE.region).call(
            operation,
            {
                "ServiceNamespace": "ecs",
                "ResourceId": f"service/{SERVICE.cluster}/{name}",
                "ScalableDimension": "ecs:service:DesiredCount",
                **request,
            },
        )

    def scalable_target(self) -> dict[str, Any]:
        """Return the service's scalable target as Application Auto Scaling describes it."""
        request = {"ServiceNamespace": "ecs", "ResourceIds": [f"service/{KEY.cluster}/{KEY.service}"]}
        answer = self.world.scaling(HERE.account, HERE.region).call("DescribeScalableTargets", request)
        return cast("dict[str, Any]", answer["ScalableTargets"][0])

    def demand(self, count: int, name: str = SERVICE.service) -> None:
        """Let target tracking ask for a count, within its limits, from now on."""
        pair = self.watch.pair(key_of(SERVICE.beside(name)))
        if pair.service.service == name:
            pair.tracked = count
        self.world.scaling(SERVICE.account, SERVICE.region).demand(key_of(SERVICE.beside(name)), count)

    def create(
        self,
        name: str,
        desired: int,
        rolling: tuple[int, int] = (100, 200),
        strategy: Sequence[dict[str, Any]] = SPOT_ONLY,
        *,
        load_balancer: bool = False,
        **more: Any,
    ) -> None:
        group = f"arn:aws:elasticloadbalancing:{HERE.region}:{HERE.account}:targetgroup/web/0123456789abcdef"
        balancer = {"targetGroupArn": group, "containerName": "app", "containerPort": 8080}
        self.requests[name] = {
            "cluster": SERVICE.cluster,
            "serviceName": name,
            "taskDefinition": "web:1",
            "desiredCount": desired,
            "capacityProviderStrategy": list(strategy),
            "deploymentConfiguration": {
                "minimumHealthyPercent": rolling[0],
                "maximumPercent": rolling[1],
            },
            **({"loadBalancers": [balancer]} if load_balancer else {}),
            **more,
        }
        self.world.api(SERVICE.account, SERVICE.region).create_service(self.requests[name])

    @contextmanager
    def _spared(self) -> Iterator[None]:
        """Keep throttles that a test put in for us away from owners, who try until they are let through."""
        faults = self.world.faults
        throttled, faults._throttled = faults._throttled, Counter()
        try:
            yield
        finally:
            faults._throttled = throttled

    def note_wishes(self) -> None:
        for pair in self.watch.pairs:
            self.watch.note_wishes(pair)
