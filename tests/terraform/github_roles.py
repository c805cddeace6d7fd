"""The example github-oidc, planned for accounts of each kind, and questions to the roles it makes there."""

from __future__ import annotations

import json
import shutil
from typing import Any

from simulator.sandbox.counterfactual import StoredPolicies
from simulator.sandbox.evaluation import Decision, Kind, Question
from tests.terraform.answers import answering, provider
from tests.terraform.fleet import ACCOUNT, REGIONS, Fleet, Resource, resources_of
from tests.terraform.provider_calls import Asked, asked
from tests.terraform.workspace import Workspace

HOME = REGIONS["home"]
ISSUER = "token.actions.githubusercontent.com"
IDENTITY_PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}"
INPUTS = {
    "repository": {"owner": "example", "owner_id": "1111", "name": "infrastructure", "id": "2222"},
    "environment": "spot-failover-canary",
    "regions": [HOME],
    "state": {"bucket": "example-state", "key_prefix": "spot-failover/"},
}
# The example in one account of each kind, by the modules of the fleet that are in it.
ACCOUNTS: dict[str, dict[str, Any]] = {
    "both": {"manages": ["hub", "spoke"]},
    "hub": {"manages": ["hub"]},
    "spoke": {"manages": ["spoke"]},
    "dev": {"manages": ["hub"], "name_prefix": "dev-", "create_identity_provider": False},
}
MODULES = {
    "both": {"hub", "spoke", "service", "standby_service"},
    "hub": {"hub"},
    "spoke": {"spoke", "service", "standby_service"},
    "dev": {"dev_hub"},
}
PREFIXES = {account: call.get("name_prefix", "") for account, call in ACCOUNTS.items()}
# S3 has the roots' state; Terraform itself asks for it, not the provider.
STATE = {
    "plan": {("s3:ListBucket", ""), ("s3:GetObject", "/spot-failover/hub.tfstate")},
    "apply": {
        ("s3:ListBucket", ""),
        ("s3:GetObject", "/spot-failover/hub.tfstate"),
        ("s3:PutObject", "/spot-failover/hub.tfstate"),
        ("s3:DeleteObject", "/spot-failover/hub.tfstate.tflock"),
    },
}

Roles = dict[str, Resource]


def plan_roles(workspace: Workspace) -> Roles:
    """Return what the real provider plans of the example, by address."""
    example = workspace.root / "github-oidc-example"
    shutil.copytree(workspace.root / "examples/github-oidc", example)
    with answering({}) as url:
        override = {"provider": {"aws": provider(ACCOUNT, HOME, url)}}
        (example / "provider_override.tf.json").write_text(json.dumps(override))
        calls = {
            name: {"source": "../github-oidc-example", **INPUTS, **call} for name, call in ACCOUNTS.items()
        }
        plan = workspace.plan("github-oidc", {"module": calls})
    return {resource.address: resource for resource in resources_of(plan)}


def role_arn(account: str, step: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/github-{PREFIXES[account]}spot-failover-{step}"


def stored(planned: Roles, account: str) -> StoredPolicies:
    """Return the policies of an account's two roles as IAM would hold them."""
    return StoredPolicies(
        identity={
            role_arn(account, step): {
                step: json.loads(planned[f'{account}.aws_iam_role_policy.github["{step}"]'].values["policy"])
            }
            for step in ("plan", "apply")
        },
        trust={
            role_arn(account, step): json.loads(
                planned[f'{account}.aws_iam_role.github["{step}"]'].values["assume_role_policy"]
            )
            for step in ("plan", "apply")
        },
    )


def request(account: str, step: str, call: Asked, region: str = HOME) -> Question:
    return Question(
        kind=Kind.REQUEST,
        principal=role_arn(account, step).replace(":iam:", ":sts:").replace(":role/", ":assumed-role/")
        + "/run",
        principal_type="AssumedRole",
        account=ACCOUNT,
        action=call.action,
        resource=call.arn,
        region=region,
        role=role_arn(account, step),
        context={key.lower(): value for key, value in call.context.items()}
        | {"aws:requestedregion": "us-east-1" if call.action.startswith("iam:") else region},
    )


def calls_in(fleet: Fleet, account: str) -> list[Asked]:
    """Return all that the provider asks for to manage an account's modules, and Terraform for their state."""
    found = [
        call
        for resource in fleet.resources.values()
        if resource.module in MODULES[account]
        for call in asked(resource, ACCOUNT, HOME, PREFIXES[account])
    ]
    changes = STATE["apply"] - STATE["plan"]
    return found + [
        Asked(action, f"arn:aws:s3:::example-state{key}", (action, key) in changes, {})
        for action, key in sorted(STATE["apply"])
    ]


def refused(policies: StoredPolicies, account: str, step: str, calls: list[Asked]) -> set[tuple[str, str]]:
    return {
        (call.action, call.arn)
        for call in calls
        if policies.answer(request(account, step, call)) is not Decision.ALLOW
    }
