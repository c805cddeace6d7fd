"""ECS in the workload accounts: what the services are, and the one call that changes something."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from botocore.exceptions import ClientError

from spot_failover.adapters.batches import batches
from spot_failover.adapters.faults import code_of, in_cluster, of_service, translated
from spot_failover.adapters.observations import to_observation
from spot_failover.adapters.sessions import SpokeSessions
from spot_failover.adapters.tasks import SpokeTasks
from spot_failover.domain.errors import RefusedError, ThrottledError, UnreachableError
from spot_failover.domain.identity import Location, ServiceId
from spot_failover.domain.service import Observation
from spot_failover.domain.targets import UpdateService
from spot_failover.domain.tasks import Task

# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html
_SERVICES_PER_CALL = 10
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListServices.html
_LISTED_PER_CALL = 100
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

    def describe(self, service: ServiceId, standby: str = "") -> Observation | None:
        names = [service.service, *([standby] if standby else [])]
        shown = self.describe_many(service.location, service.cluster, names)
        observed = shown[service.service]
        return replace(observed, standby=shown[standby]) if observed and standby else observed

    def describe_many(
        self, location: Location, cluster: str, services: Sequence[str]
    ) -> Mapping[str, Observation | None]:
        return dict(
            chain.from_iterable(
                self._described(location, cluster, names) for names in batches(services, _SERVICES_PER_CALL)
            )
        )

    def tasks(self, service: ServiceId, observation: Observation) -> tuple[Task, ...]:
        return SpokeTasks(self.sessions).read(service, observation)

    def discover(self, location: Location, clusters: Sequence[str]) -> Mapping[ServiceId, Observation]:
        return {
            ServiceId(location.account, location.region, cluster, name): observation
            for cluster in clusters or self._clusters(location)
            for names in batches(self._services(location, cluster), _SERVICES_PER_CALL)
            for name, observation in self._described(location, cluster, names, tags=True)
            if observation
        }

    def update(self, service: ServiceId, change: UpdateService, observation: Observation) -> str:
        for longest in _PAUSES:
            try:
                return self._updated(service, change, observation)
            except ThrottledError:
                self.pause(random.uniform(longest / 2, longest))  # noqa: S311 - keeps callers out of step
        return self._updated(service, change, observation)

    def _described(
        self, location: Location, cluster: str, names: list[str], *, tags: bool = False
    ) -> Iterator[tuple[str, Observation | None]]:
        where = in_cluster(location, cluster)
        with translated("ecs:DescribeServices", where, denied=_DENIED):
            try:
                describe = self.sessions.ecs(location).describe_services
                answer = (
                    describe(cluster=cluster, services=names, include=["TAGS"])
                    if tags
                    else describe(cluster=cluster, services=names)
                )
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

    def _clusters(self, location: Location) -> Iterator[str]:
        where = f"account {location.account}, region {location.region}"
        with translated("ecs:ListClusters", where, denied=_DENIED):
            for page in self.sessions.ecs(location).get_paginator("list_clusters").paginate():
                yield from (_name(arn) for arn in page["clusterArns"])

    def _services(self, location: Location, cluster: str) -> Iterator[str]:
        with translated("ecs:ListServices", in_cluster(location, cluster), denied=_DENIED):
            pages = self.sessions.ecs(location).get_paginator("list_services")
            try:
                for page in pages.paginate(cluster=cluster, PaginationConfig={"PageSize": _LISTED_PER_CALL}):
                    yield from (_name(arn) for arn in page["serviceArns"])
            except ClientError as error:
                if code_of(error) != "ClusterNotFoundException":
                    raise

    def _updated(self, service: ServiceId, change: UpdateService, observation: Observation) -> str:
        request = update_request(service, change, observation)
        subject = of_service(service.beside(request["service"]))
        with translated("ecs:UpdateService", subject, denied=_DENIED):
            # A deployment that is asked for twice may happen twice; anything else can be sent again.
            client = (self.sessions.ecs_once if change.deploys else self.sessions.ecs)(service.location)
            answer = client.update_service(**request)
        primary = to_observation(answer["service"]).primary
        return primary.id if primary else ""


def update_request(service: ServiceId, change: UpdateService, observation: Observation) -> dict[str, Any]:
    """Return the UpdateService request for a change, and nothing that the change does not ask for.

    Without a task definition, or roles of any kind, the caller needs no iam:PassRole.
    """
    request: dict[str, Any] = {
        "cluster": service.cluster,
        "service": change.service_name or service.service,
    }
    if change.desired is not None:
        request["desiredCount"] = change.desired
    if change.task_definition:
        request["taskDefinition"] = change.task_definition
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


def _name(arn: str) -> str:
    return arn.rpartition("/")[2]
