"""A quick start, and the two ways to have services in another region of its account, in one plan."""

from collections import Counter
from typing import Any

import pytest

from tests.terraform.answers import answering, provider
from tests.terraform.fleet import ACCOUNT, PACKAGE, Resource, identify, resources_of
from tests.terraform.workspace import Workspace

REGIONS = {"first": "eu-west-1", "second": "ap-northeast-1", "other": "eu-central-1"}

CALLS: dict[str, dict[str, Any]] = {
    "first": {"source": "../", "package": PACKAGE},
    # The same hub looks after a second region.
    "second": {
        "source": "../modules/workload-spoke",
        "hub": "${module.first.spoke}",
        "account": "${module.first.account}",
    },
    # A quick start of its own in a third one.
    "other": {"source": "../", "package": PACKAGE, "name_prefix": "other-"},
}


@pytest.fixture(scope="module")
def planned(workspace: Workspace) -> list[Resource]:
    with answering({}) as url:
        configuration = {
            "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws"}}},
            "provider": {
                "aws": [provider(ACCOUNT, region, url, alias=alias) for alias, region in REGIONS.items()],
            },
            "module": {
                name: {"providers": {"aws": f"aws.{name}"}, **variables} for name, variables in CALLS.items()
            },
        }
        return list(resources_of(workspace.plan("regions", configuration)))


def test_regions_of_one_account_share_no_names(planned: list[Resource]) -> None:
    counted = Counter(
        identity
        for resource in planned
        if (identity := identify(resource, REGIONS[resource.module.split(".")[0]]))
    )
    assert len(counted) > 100
    assert {identity for identity, count in counted.items() if count > 1} == set()


def test_each_region_attaches_to_a_role_that_trusts_its_own_hub(planned: list[Resource]) -> None:
    roles = {
        role.values["name"]: role.policy("assume_role_policy")["TrustTheHubsWorkFunctionOnly"]["Condition"]
        for role in planned
        if role.address.endswith("aws_iam_role.spoke[0]")
    }
    trusted = {
        resource.module.split(".")[0]: roles[resource.values["role"]]["ArnEquals"]["aws:PrincipalArn"]
        for resource in planned
        if resource.address.endswith("aws_iam_role_policy.spoke")
    }
    first = f"arn:aws:iam::{ACCOUNT}:role/spot-failover-work-eu-west-1"
    other = f"arn:aws:iam::{ACCOUNT}:role/other-spot-failover-work-eu-central-1"
    assert trusted == {"first": first, "second": first, "other": other}
