"""The one place that imports ministack, the local AWS that the sandbox runs in its own process and corrects.

ministack reads its environment when it is imported, so `load` may only be called once the environment is
ready (`simulator.sandbox.environment`). It has no type hints: its modules are `ModuleType` here and their
attributes `Any`.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib import import_module, metadata
from types import ModuleType
from typing import Any

from simulator.sandbox.arns import account_of, resource_of

PINNED_VERSION = "1.5.33"


def version() -> str:
    """Return the version of ministack that is installed."""
    return metadata.version("ministack")


def module(name: str) -> ModuleType:
    """Import a module of ministack by its name inside the package, such as `services.sqs`."""
    return import_module(f"ministack.{name}")


@dataclass(frozen=True, slots=True)
class Emulator:
    """ministack's modules, by what they stand for."""

    app: ModuleType
    evaluator: ModuleType
    responses: ModuleType
    workers: ModuleType
    balancing: ModuleType
    cloudwatch: ModuleType
    ecs: ModuleType
    events: ModuleType
    functions: ModuleType
    iam: ModuleType
    kms: ModuleType
    logs: ModuleType
    scheduler: ModuleType
    sns: ModuleType
    sqs: ModuleType
    ssm: ModuleType

    def scope(self, account: str, region: str) -> AbstractContextManager[None]:
        """Pin the account and region that ministack's stores answer for, as a request's credentials would."""
        pinned: AbstractContextManager[None] = self.responses.request_scope(account, region)
        return pinned

    def here(self) -> tuple[str, str]:
        """Return the account and region that are pinned now."""
        return self.responses.get_account_id(), self.responses.get_region()

    def role(self, role_arn: str) -> dict[str, Any] | None:
        """Return the stored IAM role of an ARN."""
        resource = resource_of(role_arn)
        if not resource.startswith("role/"):
            return None
        found = self.iam._roles.get_scoped(account_of(role_arn), None, resource.rsplit("/", 1)[-1])
        return found if isinstance(found, dict) and found.get("Arn") == role_arn else None


def load() -> Emulator:
    """Import every part of ministack that the sandbox touches."""
    return Emulator(
        app=module("app"),
        evaluator=module("core.iam_evaluator"),
        responses=module("core.responses"),
        workers=module("core.lambda_runtime"),
        balancing=module("services.alb"),
        cloudwatch=module("services.cloudwatch"),
        ecs=module("services.ecs"),
        events=module("services.eventbridge"),
        functions=module("services.lambda_svc"),
        iam=module("services.iam"),
        kms=module("services.kms"),
        logs=module("services.cloudwatch_logs"),
        scheduler=module("services.scheduler"),
        sns=module("services.sns"),
        sqs=module("services.sqs"),
        ssm=module("services.ssm"),
    )
