"""What EventBridge asks IAM for on behalf of a rule, and its error codes for what it cannot deliver."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from simulator.sandbox.arns import account_of
from simulator.sandbox.authorization import Errand

PRINCIPAL: Final = "events.amazonaws.com"
# The codes a message in a target's dead-letter queue carries as ERROR_CODE.
NO_RESOURCE: Final = "NO_RESOURCE"
NO_PERMISSIONS: Final = "NO_PERMISSIONS"


def errand_of(action: str, resource: str, rule: Mapping[str, Any], region: str) -> Errand:
    """Return what EventBridge wants to do for a rule."""
    rule_arn = str(rule.get("Arn", ""))
    return Errand(
        service=PRINCIPAL,
        action=action,
        resource=resource,
        source_arn=rule_arn,
        source_account=account_of(rule_arn),
        region=region,
        context={},
    )
