"""IAM resources and condition keys of Application Auto Scaling's calls.

AWS: what changes a scalable target, its policies or its scheduled actions is checked against the target's
ARN, whose id says nothing of what it scales, with namespace and dimension as condition keys; what describes
is checked against `*`, tagging against the ARN it names. (Service Authorization Reference, "AWS Application
Auto Scaling".)
ministack: has no Application Auto Scaling.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from simulator.sandbox.evaluation import ContextValue

Request = Mapping[str, Any]

CHANGING: Final = frozenset(
    {
        "DeleteScalingPolicy",
        "DeleteScheduledAction",
        "DeregisterScalableTarget",
        "PutScalingPolicy",
        "PutScheduledAction",
        "RegisterScalableTarget",
    }
)
TAGGING: Final = frozenset({"ListTagsForResource", "TagResource", "UntagResource"})
KEYS: Final = {
    "ServiceNamespace": "application-autoscaling:service-namespace",
    "ScalableDimension": "application-autoscaling:scalable-dimension",
}


def facts(
    target_arn: Callable[[Request, str, str], str | None],
    action: str,
    request: Request,
    account: str,
    region: str,
) -> tuple[tuple[str, ...], dict[str, ContextValue]]:
    """Return the ARN a call is checked against and its condition keys.

    `target_arn` finds the target of a request; there is none before it is registered.
    """
    if action in TAGGING:
        return (str(request.get("ResourceARN") or "*"),), {}
    if action not in CHANGING:
        return ("*",), {}
    context: dict[str, ContextValue] = {
        key: str(request[member]) for member, key in KEYS.items() if request.get(member)
    }
    any_target = f"arn:aws:application-autoscaling:{region}:{account}:scalable-target/*"
    return (target_arn(request, account, region) or any_target,), context
