"""IAM resources of Elastic Load Balancing's calls.

AWS: what describes has no resource of its own: only a statement for `*` allows it. (Service Authorization
Reference, "AWS Elastic Load Balancing V2".)
ministack: checks it against the load balancer or target group that it names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.sandbox.evaluation import ContextValue


def facts(
    action: str, _request: Mapping[str, Any], _account: str, _region: str
) -> tuple[tuple[str, ...], dict[str, ContextValue]] | None:
    """Return the ARNs a call is checked against; None: ministack's own answer stands."""
    return (("*",), {}) if action.startswith("Describe") else None
