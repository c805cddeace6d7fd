"""IAM questions and their answers: one form for what is decided, recorded, and asked again of other policies.

A question holds everything that a decision depends on except the policies, so that a recorded one can be
answered again later, in another process, with a statement taken out. ministack's own evaluator gives the
answers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Final

from simulator.sandbox import emulator

Document = Mapping[str, Any]
ContextValue = str | Sequence[str] | None

# The entry of an evaluation's service context under which a question's complete context is handed to the
# evaluator.
COMPLETE_CONTEXT: Final = "sandbox:complete-context"
TIME_KEYS: Final = frozenset({"aws:currenttime", "aws:epochtime"})


class Kind(StrEnum):
    """Which policies a question is put to."""

    REQUEST = "request"  # an API request: the caller's identity policies, and the resource's policy if any
    RESOURCE = "resource"  # a caller without identity policies (the root user): the resource's policy alone
    SERVICE = "service"  # an AWS service that delivers something: the resource's policy has to name it
    TRUST = "trust"  # who wants to assume a role: the role's trust policy


class Decision(StrEnum):
    """IAM's three answers."""

    ALLOW = "Allow"
    DENY = "Deny"
    IMPLICIT_DENY = "ImplicitDeny"


@dataclass(frozen=True, slots=True)
class Question:
    """Whether `principal` may do `action` on `resource`.

    `role` is the role whose identity policies count, `service` the service principal that asks. `guarded`
    says that the resource is of a kind that has a policy of its own; `owner` is its account. `context` maps
    condition keys in lower case to their values.
    """

    kind: Kind
    principal: str
    principal_type: str
    account: str
    action: str
    resource: str
    region: str
    owner: str = ""
    role: str = ""
    service: str = ""
    guarded: bool = False
    context: Mapping[str, ContextValue] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the question as JSON can hold it."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Question:
        """Read back what `to_json` returned."""
        return cls(**{**document, "kind": Kind(document["kind"])})

    def key(self) -> str:
        """Return a text that is the same for the same question."""
        return json.dumps(self.to_json(), sort_keys=True)


@dataclass(frozen=True, slots=True)
class Policies:
    """The documents a question is put to."""

    identity: Sequence[Document] = ()
    limits: Sequence[Sequence[Document]] = ()
    resource: Document | None = None
    trust: Document | None = None


def answer(question: Question, policies: Policies) -> Decision:
    """Put a question to policies."""
    evaluator = emulator.module("core.iam_evaluator")
    context = _evaluation_context(question)
    if question.kind is Kind.TRUST:
        if question.service:
            return Decision(
                evaluator.evaluate_resource_policy(policies.trust, context, service=question.service).decision
            )
        trusted = evaluator.evaluate_trust_policy(policies.trust or {}, question.principal, context)
        return Decision.ALLOW if trusted else Decision.IMPLICIT_DENY
    if question.kind is Kind.SERVICE:
        return Decision(
            evaluator.evaluate_resource_policy(policies.resource, context, service=question.service).decision
        )
    same_account = question.owner in ("", question.account)
    if question.kind is Kind.RESOURCE:
        allowed = evaluator.resource_policy_allows(policies.resource, context, same_account)
        return Decision.ALLOW if allowed else Decision.IMPLICIT_DENY
    parsed = [evaluator.parse_policy_document(document) for document in policies.identity]
    limits = [[evaluator.parse_policy_document(document) for document in layer] for layer in policies.limits]
    result = evaluator.evaluate(context, parsed, *limits)
    if question.guarded:
        result = evaluator.combine_resource_policy(
            result, context, policies.resource, question.owner or None, limits=tuple(limits)
        )
    return Decision(result.decision)


def _evaluation_context(question: Question) -> Any:
    evaluator = emulator.module("core.iam_evaluator")
    return evaluator.EvalContext(
        # ministack's evaluator knows a service by no ARN: "*" matches only a statement for everyone.
        principal_arn="*" if question.service else question.principal,
        principal_type=question.principal_type,
        principal_account=question.account,
        action=question.action,
        resource_arn=question.resource,
        region=question.region,
        service_context={COMPLETE_CONTEXT: question.context},
    )
