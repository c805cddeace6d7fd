"""The ECS API of one account and region: requests and responses in ECS's JSON shape, times as datetimes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.world.copies import copied
from simulator.world.errors import THROTTLING, EcsError, invalid_parameter
from simulator.world.ground import Ground
from simulator.world.model import Document
from simulator.world.services_api import ServicesApi
from simulator.world.state import Region
from simulator.world.target_health import describe_target_health
from simulator.world.tasks_api import TasksApi
from simulator.world.throttles import LIMITS


class EcsApi:
    """What a client of one account and region can call. Every method may raise `EcsError`.

    Requests are AWS's own (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/); the events that a
    call causes are emitted before it returns.
    """

    def __init__(self, region: Region, ground: Ground, services: ServicesApi, tasks: TasksApi) -> None:
        self._region = region
        self._schedule = ground.schedule
        self._throttles = ground.throttles
        self._faults = ground.faults
        self._events = ground.events
        self._services = services
        self._operations: dict[str, Callable[[Document], Document]] = {
            "CreateService": services.create,
            "DescribeServices": services.describe,
            "UpdateService": services.update,
            "DeleteService": services.delete,
            "ListServices": services.list_arns,
            "ListTasks": tasks.list_arns,
            "DescribeTasks": tasks.describe,
            "RunTask": tasks.run,
            "StopTask": tasks.stop,
            "TagResource": self._tag,
            "UntagResource": self._untag,
            "ListTagsForResource": self._tags,
        }

    @property
    def operations(self) -> frozenset[str]:
        """The names of the operations that exist here."""
        return frozenset(self._operations)

    def call(self, operation: str, request: Document) -> Document:
        """Call an operation by its name in AWS's model, such as `UpdateService`."""
        handler = self._operations.get(operation)
        if handler is None:
            raise EcsError("InvalidAction", f"The world does not know the ECS operation {operation}.")
        limit = LIMITS.get(operation)
        allowed = limit is None or self._throttles.allows(
            self._region.account, self._region.name, limit, self._schedule.now
        )
        if not allowed or self._faults.takes(operation):
            raise EcsError(THROTTLING, "Rate exceeded")
        response = handler(request)
        self._events.flush()
        return response

    def create_service(self, request: Document) -> Document:
        """CreateService."""
        return self.call("CreateService", request)

    def describe_services(self, request: Document) -> Document:
        """DescribeServices."""
        return self.call("DescribeServices", request)

    def update_service(self, request: Document) -> Document:
        """UpdateService."""
        return self.call("UpdateService", request)

    def delete_service(self, request: Document) -> Document:
        """DeleteService."""
        return self.call("DeleteService", request)

    def list_services(self, request: Document) -> Document:
        """ListServices."""
        return self.call("ListServices", request)

    def list_tasks(self, request: Document) -> Document:
        """ListTasks."""
        return self.call("ListTasks", request)

    def describe_tasks(self, request: Document) -> Document:
        """DescribeTasks."""
        return self.call("DescribeTasks", request)

    def run_task(self, request: Document) -> Document:
        """RunTask."""
        return self.call("RunTask", request)

    def stop_task(self, request: Document) -> Document:
        """StopTask."""
        return self.call("StopTask", request)

    def describe_target_health(self, request: Document) -> Document:
        """DescribeTargetHealth, which is Elastic Load Balancing's: it has no part in ECS's limits."""
        if self._faults.takes("DescribeTargetHealth"):
            raise EcsError("Throttling", "Rate exceeded")
        return describe_target_health(self._region, request)

    def tag_resource(self, request: Document) -> Document:
        """TagResource, for services."""
        return self.call("TagResource", request)

    def untag_resource(self, request: Document) -> Document:
        """UntagResource, for services."""
        return self.call("UntagResource", request)

    def list_tags_for_resource(self, request: Document) -> Document:
        """ListTagsForResource, for services."""
        return self.call("ListTagsForResource", request)

    def _tag(self, request: Document) -> Document:
        given = copied(request.get("tags") or [])
        if not given:
            raise invalid_parameter("Tags cannot be empty.")
        tags = self._services.tags(str(request.get("resourceArn")))
        _remove(tags, {tag.get("key") for tag in given})
        tags.extend(given)
        return {}

    def _untag(self, request: Document) -> Document:
        _remove(self._services.tags(str(request.get("resourceArn"))), set(request.get("tagKeys") or []))
        return {}

    def _tags(self, request: Document) -> Document:
        return {"tags": copied(self._services.tags(str(request.get("resourceArn"))))}


def _remove(tags: list[dict[str, str]], keys: set[Any]) -> None:
    tags[:] = [tag for tag in tags if tag.get("key") not in keys]
