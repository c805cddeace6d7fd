"""Roles that a request passes to the tasks it starts.

AWS: who names a task definition in CreateService, UpdateService or RunTask passes its task and execution role
to ECS and has to be allowed iam:PassRole for them; who only changes the desired count or the strategy passes
none. (IAM user guide, "Grant a user permissions to pass a role to an AWS service"; seen for UpdateService in
https://github.com/keidarcy/e1s/issues/429.)
ministack: asks for no iam:PassRole.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from simulator.sandbox.corrections.requests import caller_lacks
from simulator.sandbox.parts import Parts
from simulator.sandbox.seams import Seam

RESOLVE = Seam("services.ecs", "_resolve_td_key", ("ref",))
SEAMS = (RESOLVE,)

PASSING: Final = frozenset({"CreateService", "RunTask", "UpdateService"})
ROLES: Final = ("taskRoleArn", "executionRoleArn")
CONTEXT: Final = {"iam:passedtoservice": "ecs-tasks.amazonaws.com"}


def refusal(parts: Parts, operation: str, request: Mapping[str, Any]) -> str | None:
    """Say which role the caller of an ECS operation may not pass; None: all of them, or none is passed."""
    if operation not in PASSING or not request.get("taskDefinition"):
        return None
    key = parts.emulator.ecs._resolve_td_key(str(request["taskDefinition"]))
    definition = parts.emulator.ecs._task_defs.get(key) or {}
    for role in sorted({str(definition[member]) for member in ROLES if definition.get(member)}):
        lacking = caller_lacks(parts, "iam:PassRole", _arn(parts, role), CONTEXT)
        if lacking is not None:
            return lacking
    return None


def _arn(parts: Parts, role: str) -> str:
    return role if role.startswith("arn:") else f"arn:aws:iam::{parts.emulator.here()[0]}:role/{role}"
