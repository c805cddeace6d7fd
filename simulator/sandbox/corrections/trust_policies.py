"""Questions beside those about a request: who may assume a role, and what a resource's policy refuses.

AWS: a trust policy that names a service admits that service only.
ministack: lets an account's root user pass for any service, and keeps no record of either question.
"""

from __future__ import annotations

from typing import Any

from simulator.sandbox.arns import account_of
from simulator.sandbox.corrections.requests import snapshot
from simulator.sandbox.evaluation import COMPLETE_CONTEXT, Decision, Kind, Question
from simulator.sandbox.parts import Parts
from simulator.sandbox.seams import Seam

TRUST = Seam("core.iam_evaluator", "evaluate_trust_policy", ("trust_doc", "caller_arn", "ctx"))
TRUST_PRINCIPAL = Seam(
    "core.iam_evaluator", "_trust_principal_matches", ("principal", "caller_arn", "federated")
)
RESOURCE_ALLOWS = Seam("core.iam_evaluator", "resource_policy_allows", ("raw_policy", "ctx", "same_account"))
SEAMS = (TRUST, TRUST_PRINCIPAL, RESOURCE_ALLOWS)


def install(parts: Parts) -> None:
    """Correct the first question, and record both."""
    _record_trust(parts)
    _record_resource_denials(parts)


def _record_trust(parts: Parts) -> None:
    original = TRUST.original()
    matches = TRUST_PRINCIPAL.original()

    def evaluate_trust_policy(trust_doc: Any, caller_arn: str, ctx: Any = None) -> bool:
        trusted = bool(original(trust_doc, caller_arn, ctx))
        if ctx is not None and COMPLETE_CONTEXT not in ctx.service_context:
            question = Question(
                kind=Kind.TRUST,
                principal=caller_arn,
                principal_type=ctx.principal_type,
                account=ctx.principal_account,
                action=ctx.action,
                resource=ctx.resource_arn,
                region=ctx.region,
                owner=account_of(ctx.resource_arn),
                role=parts.authorizer.principal_arn(caller_arn),
                context=snapshot(parts, ctx),
            )
            parts.records.evaluated(question, Decision.ALLOW if trusted else Decision.IMPLICIT_DENY)
        return trusted

    def trust_principal_matches(principal: Any, caller_arn: str, federated: bool) -> bool:
        # ministack lets an account's root user pass for any service; no service ever calls STS as root.
        if isinstance(principal, dict):
            principal = {name: value for name, value in principal.items() if name != "Service"}
        return bool(matches(principal, caller_arn, federated))

    TRUST.replace(evaluate_trust_policy)
    TRUST_PRINCIPAL.replace(trust_principal_matches)


def _record_resource_denials(parts: Parts) -> None:
    """Record what a resource's policy refuses to callers without identity policies, such as the root user."""
    original = RESOURCE_ALLOWS.original()

    def resource_policy_allows(raw_policy: Any, ctx: Any, same_account: bool) -> bool:
        allowed = bool(original(raw_policy, ctx, same_account))
        if not allowed and COMPLETE_CONTEXT not in ctx.service_context:
            question = Question(
                kind=Kind.RESOURCE,
                principal=ctx.principal_arn,
                principal_type=ctx.principal_type,
                account=ctx.principal_account,
                action=ctx.action,
                resource=ctx.resource_arn,
                region=ctx.region,
                owner=ctx.principal_account if same_account else account_of(ctx.resource_arn),
                guarded=True,
                context=snapshot(parts, ctx),
            )
            parts.records.evaluated(question, Decision.IMPLICIT_DENY)
        return allowed

    RESOURCE_ALLOWS.replace(resource_policy_allows)
