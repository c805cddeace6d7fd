"""IAM resources of Parameter Store calls.

AWS: GetParametersByPath is checked against the path as if it were a parameter, calls that name several
parameters against each of them. (Systems Manager user guide, "Restricting access to Parameter Store
parameters using IAM policies".)
ministack: checks the former against `*` and the latter against one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from simulator.sandbox.evaluation import ContextValue

BY_NAMES: Final = frozenset({"GetParameters", "DeleteParameters"})


def facts(
    action: str, request: Mapping[str, Any], account: str, region: str
) -> tuple[tuple[str, ...], dict[str, ContextValue]] | None:
    """Return the ARNs a call is checked against; None: ministack's own answer stands."""
    if action == "GetParametersByPath":
        return (_arn(str(request.get("Path") or "/"), account, region),), {}
    names = request.get("Names")
    if action in BY_NAMES and isinstance(names, list) and names:
        return tuple(_arn(str(name), account, region) for name in names), {}
    return None


def _arn(name: str, account: str, region: str) -> str:
    if name.startswith("arn:"):
        return name
    return f"arn:aws:ssm:{region}:{account}:parameter/{name.lstrip('/')}"
