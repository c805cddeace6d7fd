"""Creating services, calling ECS and telling whose its events are, the same for every contender."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulator.backtest.contender import ServiceSpec
from simulator.world import Behaviour, ServiceKey, World

SPOT_ONLY = ({"capacityProvider": "FARGATE_SPOT", "weight": 1},)
ON_DEMAND_ONLY = ({"capacityProvider": "FARGATE", "weight": 1},)
_REPLICA = "service:"


def create_service(
    world: World,
    spec: ServiceSpec,
    strategy: Sequence[dict[str, Any]],
    *,
    key: ServiceKey | None = None,
    desired: int | None = None,
) -> ServiceKey:
    """Create a spec's service; `key` and `desired` stand in for its own, as for a twin at 0."""
    key = key or spec.key
    family = f"{spec.name}-{spec.cpu}-{spec.memory}:1"
    world.register_cluster(key.account, key.region, key.cluster)
    world.register_task_definition(
        key.account, key.region, family, cpu=spec.cpu, memory=spec.memory, stop_timeout=spec.stop_timeout
    )
    world.behaviours.set(key, Behaviour(exit_at=spec.exit_at))
    request: dict[str, Any] = {
        "cluster": key.cluster,
        "serviceName": key.service,
        "taskDefinition": family,
        "desiredCount": spec.desired if desired is None else desired,
        "capacityProviderStrategy": [dict(item) for item in strategy],
    }
    if spec.load_balancer:
        request["loadBalancers"] = [_target_group(spec)]
    world.api(key.account, key.region).create_service(request)
    return key


def create_twin(world: World, spec: ServiceSpec) -> ServiceKey:
    """Create a spec's on-demand twin, which runs nothing yet."""
    return create_service(world, spec, ON_DEMAND_ONLY, key=spec.standby_key, desired=0)


def service_of(envelope: dict[str, Any]) -> ServiceKey | None:
    """Return the service of an event; None for what belongs to none."""
    detail = envelope["detail"]
    if envelope["detail-type"] == "ECS Task State Change":
        group = str(detail.get("group", ""))
        if not group.startswith(_REPLICA):
            return None
        cluster = str(detail["clusterArn"]).rpartition("/")[2]
        return ServiceKey(envelope["account"], envelope["region"], cluster, group.removeprefix(_REPLICA))
    *_, cluster, name = str(envelope["resources"][0]).split("/")
    return ServiceKey(envelope["account"], envelope["region"], cluster, name)


class Calls:
    """The ECS API of every account and region of a world, counting its calls."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.count = 0

    def __call__(self, key: ServiceKey, operation: str, request: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        """Call an operation where `key` lives; the request names cluster and service itself."""
        self.count += 1
        return self._world.api(key.account, key.region).call(operation, request)

    def describe(self, key: ServiceKey) -> dict[str, Any]:
        """Return one service as DescribeServices shows it; LookupError where there is none."""
        answer = self(key, "DescribeServices", {"cluster": key.cluster, "services": [key.service]})
        for service in answer["services"]:
            return dict(service)
        raise LookupError(f"There is no service {key.service} in cluster {key.cluster} of {key.account}.")

    def update(self, key: ServiceKey, **change: Any) -> None:  # noqa: ANN401 - JSON
        """Change one service by UpdateService."""
        self(key, "UpdateService", {"cluster": key.cluster, "service": key.service, **change})


def _target_group(spec: ServiceSpec) -> dict[str, Any]:
    # A twin is registered with the same one: users reach both by one load balancer.
    group = f"targetgroup/{spec.name}/0123456789abcdef"
    arn = f"arn:aws:elasticloadbalancing:{spec.region}:{spec.account}:{group}"
    return {"targetGroupArn": arn, "containerName": "app", "containerPort": 80}
