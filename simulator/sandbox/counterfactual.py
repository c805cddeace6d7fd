"""What would have been different without a statement: recorded questions are put to a changed policy.

A permission is needed if taking it out turns some request that was allowed into one that is not. A denial is
needed if taking it out lets through some request that was refused.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from simulator.sandbox.corrections.condition_keys import resolve_complete_contexts
from simulator.sandbox.evaluation import Decision, Document, Kind, Policies, Question, answer
from simulator.sandbox.records import Evaluation


class PolicyKind(StrEnum):
    """Where a policy is attached."""

    IDENTITY = "identity"  # to a role: what it may do
    RESOURCE = "resource"  # to a queue, topic or bus: who may use it
    TRUST = "trust"  # to a role: who may assume it


@dataclass(frozen=True, slots=True)
class StoredPolicies:
    """All policy documents at the end of a run, as the control request `policies` returns them."""

    identity: Mapping[str, Mapping[str, Document]]
    resource: Mapping[str, Document] = field(default_factory=dict)
    trust: Mapping[str, Document] = field(default_factory=dict)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> StoredPolicies:
        """Read the answer of the control request."""
        return cls(document["identity"], document["resource"], document["trust"])

    def without(self, removal: Removal) -> StoredPolicies:
        """Return the policies with a statement, or one action of it, taken out."""
        changed = removal.applied()
        if removal.kind is PolicyKind.IDENTITY:
            of_role = {**self.identity[removal.owner], removal.policy: changed}
            return StoredPolicies({**self.identity, removal.owner: of_role}, self.resource, self.trust)
        if removal.kind is PolicyKind.RESOURCE:
            return StoredPolicies(self.identity, {**self.resource, removal.owner: changed}, self.trust)
        return StoredPolicies(self.identity, self.resource, {**self.trust, removal.owner: changed})

    def answer(self, question: Question) -> Decision:
        """Put a recorded question to these policies."""
        resolve_complete_contexts()
        return answer(
            question,
            Policies(
                identity=[document for document in self.identity.get(question.role, {}).values() if document],
                resource=self.resource.get(question.resource),
                trust=self.trust.get(question.resource) if question.kind is Kind.TRUST else None,
            ),
        )


@dataclass(frozen=True, slots=True)
class Removal:
    """One statement of a policy, or (with `action`) one action of it, to be taken out."""

    kind: PolicyKind
    owner: str  # the ARN of the role, queue, topic or bus
    policy: str  # the policy's name; "" where there is only one
    index: int
    document: Document = field(repr=False, hash=False, compare=False)
    action: str | None = None

    @property
    def statement(self) -> Mapping[str, Any]:
        """The statement as it is."""
        found: Mapping[str, Any] = statements(self.document)[self.index]
        return found

    @property
    def sid(self) -> str:
        """The statement's id, or its place."""
        return str(self.statement.get("Sid") or f"statement {self.index}")

    @property
    def denies(self) -> bool:
        """Whether the statement forbids something."""
        return self.statement.get("Effect") == "Deny"

    def __str__(self) -> str:
        what = f"{self.action} in " if self.action else ""
        name = f" of policy {self.policy}" if self.policy else ""
        return f"{what}{self.sid}{name} ({self.kind} policy of {self.owner})"

    def applied(self) -> Document:
        """Return the document without it."""
        changed = copy.deepcopy(statements(self.document))
        if self.action is None:
            del changed[self.index]
        else:
            actions = [action for action in as_list(changed[self.index]["Action"]) if action != self.action]
            changed[self.index]["Action"] = actions
        return {**self.document, "Statement": changed}


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether a statement, or an action of it, made a difference; `witness` is a question it decided."""

    removal: Removal
    witness: Question | None

    @property
    def needed(self) -> bool:
        """Whether it made a difference."""
        return self.witness is not None


def findings(
    evaluations: Iterable[Evaluation], policies: StoredPolicies, owners: Iterable[str] | None = None
) -> list[Finding]:
    """Say for every statement (each action of an Allow by itself) whether it was needed.

    `owners` limits the work to the policies of some roles, queues, topics and buses.
    """
    recorded = list(evaluations)
    wanted = None if owners is None else set(owners)
    return [
        Finding(removal, _witness(removal, recorded, policies))
        for removal in removals(policies)
        if wanted is None or removal.owner in wanted
    ]


def removals(policies: StoredPolicies) -> Iterator[Removal]:
    """Yield everything that can be taken out."""
    for role, documents in policies.identity.items():
        for name, document in documents.items():
            yield from _removals(PolicyKind.IDENTITY, role, name, document)
    for owner, document in policies.resource.items():
        yield from _removals(PolicyKind.RESOURCE, owner, "", document)
    for role, document in policies.trust.items():
        yield from _removals(PolicyKind.TRUST, role, "", document)


def statements(document: Document) -> list[Any]:
    """Return a document's statements; IAM lets a single one stand without a list."""
    return as_list(document.get("Statement", []))


def as_list(value: Any) -> list[Any]:
    """Return a list of what may be a list or a single value."""
    return list(value) if isinstance(value, list) else [value]


def _removals(kind: PolicyKind, owner: str, policy: str, document: Document | None) -> Iterator[Removal]:
    for index, statement in enumerate(statements(document) if document else []):
        actions = as_list(statement.get("Action", []))
        if statement.get("Effect") == "Allow" and len(actions) > 1:
            for action in actions:
                yield Removal(kind, owner, policy, index, document or {}, action)
        else:
            yield Removal(kind, owner, policy, index, document or {})


def _witness(removal: Removal, recorded: Iterable[Evaluation], policies: StoredPolicies) -> Question | None:
    """Find a recorded question that the removal answers differently.

    A question counts only if the stored policies still give the recorded answer: it may have been asked
    before they were what they are now.
    """
    changed = policies.without(removal)
    for evaluation in recorded:
        question = evaluation.question
        if not _concerns(removal, question):
            continue
        before, after = policies.answer(question), changed.answer(question)
        was_allowed = evaluation.decision is Decision.ALLOW
        if (before is Decision.ALLOW) != was_allowed:
            continue
        if (after is Decision.ALLOW) != was_allowed:
            return question
    return None


def _concerns(removal: Removal, question: Question) -> bool:
    if removal.kind is PolicyKind.IDENTITY:
        return question.kind is Kind.REQUEST and question.role == removal.owner
    if removal.kind is PolicyKind.TRUST:
        return question.kind is Kind.TRUST and question.resource == removal.owner
    return question.kind is not Kind.TRUST and question.resource == removal.owner
