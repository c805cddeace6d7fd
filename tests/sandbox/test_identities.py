"""Who a caller is: aws:PrincipalArn, the organization, trust policies."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from simulator.sandbox.evaluation import Decision, Kind
from simulator.sandbox.organization import ORGANIZATION_ID
from tests.sandbox.acting import HUB, OUTSIDER, SPOKE, Aws, allow


def trusting(account: str, **condition: Any) -> dict[str, Any]:
    """Return a trust statement for a whole account, narrowed by conditions."""
    principal = {"AWS": f"arn:aws:iam::{account}:root"}
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
    return {**statement, "Condition": condition} if condition else statement


@pytest.mark.parametrize("path", ["/", "/team/spot/"])
def test_principal_arn_of_a_session_is_its_role_with_its_path(aws: Aws, path: str) -> None:
    worker = aws.role(HUB, allow("sts:AssumeRole"), path=path)
    other = aws.role(HUB, allow("sts:AssumeRole"), path=path)
    target = aws.role(SPOKE, trust=trusting(HUB, ArnEquals={"aws:PrincipalArn": worker}))
    assert aws.assume(target, aws.assume(worker)).key.startswith("ASIA")
    with pytest.raises(ClientError, match="not authorized to perform: sts:AssumeRole"):
        aws.assume(target, aws.assume(other))


def test_a_trusted_role_survives_its_own_re_creation(aws: Aws) -> None:
    worker = aws.role(HUB, allow("sts:AssumeRole"))
    target = aws.role(SPOKE, trust=trusting(HUB, ArnEquals={"aws:PrincipalArn": worker}))
    name = worker.rsplit("/", 1)[-1]
    iam = aws.client("iam", HUB)
    trust = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    iam.delete_role_policy(RoleName=name, PolicyName="inline")
    iam.delete_role(RoleName=name)
    with pytest.raises(ClientError):
        aws.assume(worker)
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow("sts:AssumeRole")]})
    iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=policy)
    assert aws.assume(target, aws.assume(worker)).key


def test_the_external_id_has_to_be_given(aws: Aws) -> None:
    target = aws.role(SPOKE, trust=trusting(HUB, StringEquals={"sts:ExternalId": "spot-failover"}))
    assert aws.assume(target, HUB, ExternalId="spot-failover").key
    with pytest.raises(ClientError, match="AccessDenied"):
        aws.assume(target, HUB, ExternalId="another")
    with pytest.raises(ClientError, match="AccessDenied"):
        aws.assume(target, HUB)


def test_all_accounts_but_outsiders_are_of_one_organization(aws: Aws) -> None:
    same_organization = {"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION_ID}}
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}
    target = aws.role(SPOKE, trust={**trust, "Condition": same_organization})
    assert aws.assume(target, HUB).key
    assert aws.assume(target, SPOKE).key
    with pytest.raises(ClientError, match="AccessDenied"):
        aws.assume(target, OUTSIDER)


def test_a_role_outside_the_organization_cannot_be_assumed_where_the_policy_asks_for_the_organization(
    aws: Aws,
) -> None:
    own = {"Condition": {"StringEquals": {"aws:ResourceOrgID": ORGANIZATION_ID}}}
    worker = aws.role(HUB, {**allow("sts:AssumeRole"), **own})
    inside, outside = (aws.role(account, trust=trusting(HUB)) for account in (SPOKE, OUTSIDER))
    assert aws.assume(inside, aws.assume(worker)).key
    with pytest.raises(ClientError, match="AccessDenied"):
        aws.assume(outside, aws.assume(worker))
    anywhere = aws.role(HUB, allow("sts:AssumeRole"))
    assert aws.assume(outside, aws.assume(anywhere)).key


def test_the_caller_needs_the_permission_to_assume_too(aws: Aws) -> None:
    target = aws.role(SPOKE, trust=trusting(HUB))
    allowed = aws.role(HUB, allow("sts:AssumeRole", target))
    elsewhere = aws.role(HUB, allow("sts:AssumeRole", f"{target}-other"))
    assert aws.assume(target, aws.assume(allowed)).key
    with pytest.raises(ClientError, match="AccessDenied"):
        aws.assume(target, aws.assume(elsewhere))


def test_the_root_user_is_no_service(aws: Aws) -> None:
    target = aws.role(HUB, trust={"Service": "lambda.amazonaws.com"})
    with pytest.raises(ClientError, match="AccessDenied"):
        aws.assume(target, HUB)


def test_every_answer_is_recorded_with_its_context(aws: Aws) -> None:
    target = aws.role(SPOKE, trust=trusting(HUB, StringEquals={"sts:ExternalId": "recorded"}))
    worker = aws.role(HUB, allow("sts:AssumeRole", target))
    aws.assume(target, aws.assume(worker), ExternalId="recorded")
    found = {
        (each.question.kind, each.decision): each.question
        for each in aws.control.decisions()
        if each.question.resource == target
    }
    asked = found[Kind.REQUEST, Decision.ALLOW]
    assert (asked.role, asked.action) == (worker, "sts:AssumeRole")
    trusted = found[Kind.TRUST, Decision.ALLOW]
    assert trusted.context["sts:externalid"] == "recorded"
    assert trusted.context["aws:principalarn"] == worker
    assert trusted.context["aws:principalorgid"] == ORGANIZATION_ID
