"""Create, describe, update, delete and list services."""

from __future__ import annotations

from typing import Final

from simulator.world.copies import copied
from simulator.world.deployments import Deployments
from simulator.world.documents import DEFAULT_SETTINGS, service_document
from simulator.world.errors import (
    SERVICE_NOT_ACTIVE,
    SERVICE_NOT_FOUND,
    EcsError,
    invalid_parameter,
)
from simulator.world.ground import Ground
from simulator.world.history import History
from simulator.world.model import Cluster, Document, Service
from simulator.world.names import arn, last_part, partition
from simulator.world.paging import page
from simulator.world.refusals import (
    check_controller,
    check_count,
    check_deployment_configuration,
)
from simulator.world.revisions import find_cluster, first_revision, next_revision
from simulator.world.scheduler import ServiceScheduler
from simulator.world.state import Region

DESCRIBE_LIMIT: Final = 10
_LONG_FORMAT: Final = 3  # …:service/cluster/name
_DEFAULT_CONFIGURATION: Final[Document] = {
    "deploymentCircuitBreaker": {"enable": False, "rollback": False},
    "maximumPercent": 200,
    "minimumHealthyPercent": 100,
    "strategy": "ROLLING",
}
_ROLLED_OUT_SETTINGS: Final = ("loadBalancers", "serviceRegistries")


class ServicesApi:
    """The services of one account and region."""

    def __init__(
        self,
        region: Region,
        ground: Ground,
        scheduler: ServiceScheduler,
        deployments: Deployments,
        history: History,
    ) -> None:
        self._region = region
        self._schedule = ground.schedule
        self._scheduler = scheduler
        self._deployments = deployments
        self._history = history

    def create(self, request: Document) -> Document:
        """Make a service and its first deployment."""
        cluster = find_cluster(self._region, request)
        name = str(request.get("serviceName") or "")
        self._check_new(cluster, name, request)
        controller = (request.get("deploymentController") or {}).get("type", "ECS")
        configuration = _DEFAULT_CONFIGURATION | copied(request.get("deploymentConfiguration") or {})
        check_deployment_configuration(configuration)
        desired = request.get("desiredCount", 0 if controller == "EXTERNAL" else None)
        service = Service(
            cluster=cluster,
            name=name,
            created_at=self._schedule.now,
            created_by=f"arn:{partition(self._region.name)}:iam::{self._region.account}:root",
            desired_count=check_count(desired, "desiredCount"),
            controller=controller,
            scheduling_strategy=request.get("schedulingStrategy") or "REPLICA",
            deployment_configuration=configuration,
            settings=DEFAULT_SETTINGS
            | copied(
                {key: value for key, value in request.items() if key in _SETTINGS and value is not None}
            ),
            tags=copied(request.get("tags") or []),
            revision=first_revision(self._region, cluster, controller, request),
        )
        self._region.services[cluster.name, name] = service
        if controller != "EXTERNAL":  # its tasks come from task sets, which this world does not have
            self._deployments.begin(service, service.revision)
        self._scheduler.record(service)
        self._scheduler.wake(service)
        return {"service": service_document(service)}

    def describe(self, request: Document) -> Document:
        """Show up to ten services; those that do not exist come back as failures."""
        cluster = find_cluster(self._region, request)
        names = request.get("services") or []
        if not names:
            raise invalid_parameter("Services cannot be empty.")
        if len(names) > DESCRIBE_LIMIT:
            raise invalid_parameter(f"Services cannot have more than {DESCRIBE_LIMIT} elements.")
        found: list[Document] = []
        failures: list[Document] = []
        for name in names:
            service = self._lookup(cluster, str(name))
            document = None if service is None else self._history.document(service)
            if document is None:
                resource = (
                    name if str(name).startswith("arn:") else self._arn(f"service/{cluster.name}/{name}")
                )
                failures.append({"arn": resource, "reason": "MISSING"})
                continue
            if "TAGS" not in (request.get("include") or []):
                document.pop("tags", None)
            found.append(document)
        return {"services": found, "failures": failures}

    def update(self, request: Document) -> Document:
        """Change a service; roll out anew only where ECS would."""
        cluster = find_cluster(self._region, request)
        service = self._active(cluster, str(request.get("service") or ""))
        check_controller(service, request)
        configuration = service.deployment_configuration | copied(
            request.get("deploymentConfiguration") or {}
        )
        check_deployment_configuration(configuration)
        revision = next_revision(self._region, service, request)
        settings = service.settings | copied(
            {key: value for key, value in request.items() if key in _SETTINGS and value is not None}
        )
        rolls_out = (
            bool(request.get("forceNewDeployment"))
            or revision != service.revision
            or any(settings[name] != service.settings[name] for name in _ROLLED_OUT_SETTINGS)
        )
        if request.get("desiredCount") is not None:
            service.desired_count = check_count(request["desiredCount"], "desiredCount")
        service.deployment_configuration = configuration
        service.settings = settings
        if rolls_out:
            self._deployments.begin(service, revision)
        self._scheduler.record(service)
        self._scheduler.wake(service)
        return {"service": service_document(service)}

    def delete(self, request: Document) -> Document:
        """Let a service drain; it can be described as INACTIVE afterwards."""
        cluster = find_cluster(self._region, request)
        service = self._active(cluster, str(request.get("service") or ""))
        if service.desired_count > 0 and not request.get("force"):
            message = "The service cannot be stopped while it is scaled above 0."
            raise invalid_parameter(message)
        service.desired_count = 0
        service.status = "DRAINING"
        self._scheduler.record(service)
        self._scheduler.wake(service)
        return {"service": service_document(service)}

    def list_arns(self, request: Document) -> Document:
        """List the ARNs of services that are not INACTIVE: ten to a page unless asked for more."""
        cluster = find_cluster(self._region, request)
        launch_type = request.get("launchType")
        arns = sorted(
            service.arn
            for service in self._region.services.values()
            if service.cluster.name == cluster.name
            and service.status != "INACTIVE"
            and (launch_type is None or service.revision.launch_type == launch_type)
        )
        return page("serviceArns", arns, request, default=10, most=100)

    def tags(self, resource: str) -> list[dict[str, str]]:
        """Return the tags of a service, to be read or changed in place."""
        parts = resource.split("/")
        service = self._region.services.get((parts[1], parts[2])) if len(parts) == _LONG_FORMAT else None
        if service is None or service.arn != resource:
            raise invalid_parameter("The specified resource was not found.")
        return service.tags

    def find(self, cluster: Cluster, name: str) -> Service:
        """Find a service that may be in any state."""
        service = self._lookup(cluster, name)
        if service is None:
            raise EcsError(SERVICE_NOT_FOUND, "Service not found.")
        return service

    def _active(self, cluster: Cluster, name: str) -> Service:
        service = self.find(cluster, name)
        if service.status != "ACTIVE":
            raise EcsError(SERVICE_NOT_ACTIVE, "Service was not ACTIVE.")
        return service

    def _lookup(self, cluster: Cluster, name: str) -> Service | None:
        service = self._region.services.get((cluster.name, last_part(name)))
        if service is None or not name.startswith("arn:"):
            return service
        old_format = self._arn(f"service/{service.name}")
        return service if name in (service.arn, old_format) else None

    def _check_new(self, cluster: Cluster, name: str, request: Document) -> None:
        if not name:
            raise invalid_parameter("Service name cannot be blank.")
        if request.get("schedulingStrategy") not in (None, "REPLICA"):
            raise invalid_parameter(
                "The scheduling strategy DAEMON is not supported by the Fargate launch type."
            )
        existing = self._region.services.get((cluster.name, name))
        if existing is not None and existing.status == "ACTIVE":
            raise invalid_parameter("Creation of service was not idempotent.")
        if existing is not None and existing.status == "DRAINING":
            raise invalid_parameter("Unable to Start a service that is still Draining.")

    def _arn(self, resource: str) -> str:
        return arn(self._region.account, self._region.name, resource)


_SETTINGS: Final = frozenset(DEFAULT_SETTINGS) | {"healthCheckGracePeriodSeconds"}
