"""Policies taken apart into single permissions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from simulator.sandbox.counterfactual import PolicyKind, Removal, StoredPolicies, as_list, statements

Document = Mapping[str, Any]


def taken_apart(policies: StoredPolicies) -> StoredPolicies:
    """Return policies that give the same, with a statement for each action on each resource.

    A role's policies become one without repetition: where two regions of an account need the same, the
    permission is needed although either policy would do.
    """
    return StoredPolicies(
        {role: {"": _single(documents.values())} for role, documents in policies.identity.items()},
        policies.resource,
        policies.trust,
    )


def named(removal: Removal) -> str:
    """Return a permission or statement in words that stay the same from run to run."""
    _, _, service, region, account, resource = removal.owner.split(":", 5)
    # A key has no name but a random one.
    where = " ".join(part for part in (account, region, "key" if service == "kms" else resource) if part)
    if removal.kind is PolicyKind.IDENTITY:
        return f"{where}: {removal.statement['Action']} on {removal.statement['Resource']}"
    return f"{where}: {removal.sid}"


def of_any_spoke(removal: Removal) -> str:
    """Return a permission in words that are the same in every account and region.

    One module gives all spokes the same permissions.
    """
    resource = removal.owner.split(":", 5)[5]
    on = removal.statement["Resource"]
    if on != "*":
        partition, service, _, _, what = on.split(":", 5)[1:]
        on = f"arn:{partition}:{service}:REGION:ACCOUNT:{what}"
    return f"{resource}: {removal.statement['Action']} on {on}"


def _single(documents: Iterable[Document]) -> Document:
    single: list[Mapping[str, Any]] = []
    for document in documents:
        for statement in statements(document):
            single += [atom for atom in _atoms(statement) if _bare(atom) not in map(_bare, single)]
    return {"Version": "2012-10-17", "Statement": single}


def _atoms(statement: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    assert statement["Effect"] == "Allow", f"No role here needs a denial: {statement}"
    for action in as_list(statement["Action"]):
        for resource in as_list(statement["Resource"]):
            yield {**statement, "Action": action, "Resource": resource}


def _bare(statement: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in statement.items() if name != "Sid"}
