"""ECS in the workload accounts: what DescribeServices shows, and the one call that changes something."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from spot_failover.adapters.batches import batches
from spot_failover.adapters.faults import code_of, translated
from spot_failover.adapters.sessions import SpokeSessions
from spot_failover.adapters.times import whole_milliseconds
from spot_failover.domain.capacity import Rolling, Strategy, StrategyItem
from spot_failover.domain.errors import RefusedError, ThrottledError, UnreachableError
from spot_failover.domain.identity import Location, ServiceId
from spot_failover.domain.service import (
    ROLLING_CONTROLLER,
    ROLLING_STRATEGY,
    Deployment,
    Observation,
    Rollout,
)
from spot_failover.domain.targets import UpdateService

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import DeploymentTypeDef, ServiceTypeDef

# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html
_SERVICES_PER_CALL = 10
_DENIED = (
    "Look at the policies of the spoke role in that account: each region's workload-spoke attaches one, for "
    "the clusters it was given."
)
# After 50 at once, an account and region may send 5 UpdateService a second. Upper ends of random pauses, in
# seconds.
_PAUSES = (0.5, 1.0, 2.0, 4.0)


@dataclass(frozen=True, slots=True)
class SpokeEcs:
    """The port `Ecs`."""

    sessions: SpokeSessions
    pause: Callable[[float], object] = time.sleep

    def describe(self, service: ServiceId) -> Observation | None:
        return self.describe_many(service.location, service.cluster, [service.service])[service.service]

    def describe_many(
        self, location: Location, cluster: str, services: Sequence[str]
    ) -> Mapping[str, Observation | None]:
        return dict(
            chain.from_iterable(
                self._described(location, cluster, names) for names in batches(services, _SERVICES_PER_CALL)
            )
        )

    def update(self, service: ServiceId, change: UpdateService, observation: Observation) -> str:
        request = update_request(service, change, observation)
        for longest in _PAUSES:
            try:
                return self._updated(service, request)
            except ThrottledError:
                self.pause(random.uniform(longest / 2, longest))  # noqa: S311 - keeps callers out of step
        return self._updated(service, request)

    def _described(
        self, location: Location, cluster: str, names: list[str]
    ) -> Iterator[tuple[str, Observation | None]]:
        where = f"cluster {cluster} in account {location.account}, region {location.region}"
        with translated("ecs:DescribeServices", where, denied=_DENIED):
            try:
                answer = self.sessions.ecs(location).describe_services(cluster=cluster, services=names)
            except ClientError as error:
                if code_of(error) != "ClusterNotFoundException":
                    raise
                yield from ((name, None) for name in names)
                return
        shown = {service["serviceName"]: service for service in answer["services"]}
        failed = {failure["arn"].rpartition("/")[2]: failure for failure in answer.get("failures", [])}
        for name in names:
            if name in shown:
                yield name, to_observation(shown[name])
            elif name not in failed:
                raise UnreachableError(
                    f"ecs:DescribeServices for {where} did not answer about service {name}."
                )
            elif failed[name].get("reason") == "MISSING":
                yield name, None
            else:
                raise RefusedError(
                    f"ecs:DescribeServices for {where} could not describe service {name}. "
                    f"AWS says {failed[name].get('reason')}: {failed[name].get('detail', 'no detail')}"
                )

    def _updated(self, service: ServiceId, request: dict[str, Any]) -> str:
        subject = (
            f"service {service.service}, cluster {service.cluster} in account {service.account}, "
            f"region {service.region}"
        )
        with translated("ecs:UpdateService", subject, denied=_DENIED):
            answer = self.sessions.ecs_once(service.location).update_service(**request)
        primary = to_observation(answer["service"]).primary
        return primary.id if primary else ""


def update_request(service: ServiceId, change: UpdateService, observation: Observation) -> dict[str, Any]:
    """Return the UpdateService request for a change, and nothing that the change does not ask for.

    Without a task definition, or roles of any kind, the caller needs no iam:PassRole.
    """
    request: dict[str, Any] = {"cluster": service.cluster, "service": service.service}
    if change.strategy:
        request["capacityProviderStrategy"] = [
            {"capacityProvider": item.capacity_provider, "weight": item.weight, "base": item.base}
            for item in change.strategy.items
        ]
        # ECS refuses a new strategy without it.
        # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
        request["forceNewDeployment"] = True
    if change.rolling:
        request["deploymentConfiguration"] = {
            **observation.deployment_configuration,
            "minimumHealthyPercent": change.rolling.minimum_healthy_percent,
            "maximumPercent": change.rolling.maximum_percent,
        }
    return request


def to_observation(service: ServiceTypeDef) -> Observation:
    """Read one service of ECS's answer."""
    configuration = service.get("deploymentConfiguration", {})
    default = Rolling()
    # The primary deployment first: it is what ECS drives towards, the others are being replaced.
    deployments = sorted(
        service.get("deployments", ()), key=lambda deployment: deployment["status"] != "PRIMARY"
    )
    return Observation(
        status=service["status"],
        created_at=whole_milliseconds(service["createdAt"]),
        desired=service["desiredCount"],
        running=service["runningCount"],
        pending=service["pendingCount"],
        deployments=tuple(_deployment(deployment) for deployment in deployments),
        rolling=Rolling(
            configuration.get("minimumHealthyPercent", default.minimum_healthy_percent),
            configuration.get("maximumPercent", default.maximum_percent),
        ),
        launch_type=service.get("launchType", ""),
        controller=service.get("deploymentController", {}).get("type", ROLLING_CONTROLLER),
        deployment_strategy=configuration.get("strategy", ROLLING_STRATEGY),
        deployment_configuration=dict(configuration),
    )


def _deployment(deployment: DeploymentTypeDef) -> Deployment:
    return Deployment(
        id=deployment["id"],
        strategy=Strategy(
            tuple(
                StrategyItem(item["capacityProvider"], item.get("weight", 0), item.get("base", 0))
                for item in deployment.get("capacityProviderStrategy", ())
            )
        ),
        created_at=whole_milliseconds(deployment["createdAt"]),
        desired=deployment["desiredCount"],
        running=deployment["runningCount"],
        rollout=_rollout(deployment.get("rolloutState")),
        task_definition=deployment["taskDefinition"],
    )


def _rollout(state: str | None) -> Rollout:
    if state is None:  # a deployment from before ECS had rollout states
        return Rollout.COMPLETED
    # A state that ECS may add one day is not known to be over.
    return Rollout(state) if state in set(Rollout) else Rollout.IN_PROGRESS
