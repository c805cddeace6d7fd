"""The ECS API of one account and region: requests and responses in ECS's JSON shape, times as datetimes."""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]


class EcsApi:
    """What a client of one account and region can call. Every method may raise `EcsError`."""

    def call(self, operation: str, request: Document) -> Document:
        """Call an operation by its name in AWS's model, such as `UpdateService`."""
        raise NotImplementedError

    def create_service(self, request: Document) -> Document:
        raise NotImplementedError

    def describe_services(self, request: Document) -> Document:
        raise NotImplementedError

    def update_service(self, request: Document) -> Document:
        raise NotImplementedError

    def delete_service(self, request: Document) -> Document:
        raise NotImplementedError

    def list_services(self, request: Document) -> Document:
        raise NotImplementedError

    def list_tasks(self, request: Document) -> Document:
        raise NotImplementedError

    def describe_tasks(self, request: Document) -> Document:
        raise NotImplementedError

    def run_task(self, request: Document) -> Document:
        raise NotImplementedError

    def stop_task(self, request: Document) -> Document:
        raise NotImplementedError

    def tag_resource(self, request: Document) -> Document:
        raise NotImplementedError

    def untag_resource(self, request: Document) -> Document:
        raise NotImplementedError

    def list_tags_for_resource(self, request: Document) -> Document:
        raise NotImplementedError
