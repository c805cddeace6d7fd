"""Condition keys that describe the caller, and the organization of what it asks for.

AWS: `aws:PrincipalArn` of a role's session is the role's ARN, path included; `aws:PrincipalOrgID` is the
organization of the caller's account, `aws:ResourceOrgID` that of the resource's, and neither is there for an
account outside of any. (IAM user guide, "AWS global condition context keys".)
ministack: the first is the session's assumed-role ARN, every account is an organization of its own, and the
resource's is unknown.
"""

from __future__ import annotations

from typing import Any

from simulator.sandbox.evaluation import COMPLETE_CONTEXT, TIME_KEYS
from simulator.sandbox.parts import Parts
from simulator.sandbox.seams import Seam

RESOLVE = Seam("core.iam_evaluator", "_resolve_condition_key", ("key", "ctx"))
ORGANIZATION_ID = Seam("core.iam_evaluator", "_principal_org_id", ("account_id",))
SEAMS = (RESOLVE, ORGANIZATION_ID)


def install(parts: Parts) -> None:
    """Correct these keys for requests; the sandbox's own questions bring their whole context along."""
    resolve_complete_contexts()
    original = RESOLVE.original()

    def resolve(key: str, ctx: Any) -> Any:
        if COMPLETE_CONTEXT not in ctx.service_context:
            if key.lower() == "aws:principalarn":
                return parts.authorizer.principal_arn(ctx.principal_arn)
            if key.lower() == "aws:resourceorgid":
                return parts.organization.id_of(original("aws:ResourceAccount", ctx))
        return original(key, ctx)

    RESOLVE.replace(resolve)
    ORGANIZATION_ID.replace(parts.organization.id_of)


def resolve_complete_contexts() -> None:
    """Let the evaluator take keys from a question's own context where there is one. Safe to call twice."""
    original = RESOLVE.original()
    if getattr(original, "knows_complete_contexts", False):
        return

    def resolve(key: str, ctx: Any) -> Any:
        complete = ctx.service_context.get(COMPLETE_CONTEXT)
        name = key.lower()
        if complete is None or name in TIME_KEYS:
            return original(key, ctx)
        return complete.get(name)

    resolve.knows_complete_contexts = True  # type: ignore[attr-defined]
    RESOLVE.replace(resolve)
