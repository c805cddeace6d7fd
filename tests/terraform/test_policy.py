"""A policy means the same in Terraform, which writes it, and in the package, which reads it."""

import json
from typing import Any

import pytest

from spot_failover.domain.policy import BOUNDS, Policy, parse_policy, policy_document
from spot_failover.domain.registration import DefaultPolicy, parse_spoke
from spot_failover.functions.settings import work_settings
from tests.terraform.fleet import OTHER_HUB, Fleet
from tests.terraform.validations import refusals_of
from tests.terraform.workspace import REPOSITORY, Workspace

SECTIONS: dict[str, dict[str, tuple[int, int]]] = json.loads(
    (REPOSITORY / "modules/protected-service/policy-bounds.json").read_text()
)
WRONG = ("low", "high", "broken")
# What stands before a field's name in the messages of each module.
PREFIXES = {
    "modules/protected-service": "",
    "modules/central-hub": "default_policy.",
    "modules/workload-spoke": "default_policy.",
}


def number(kind: str, low: int, high: int) -> float:
    """Return a number just beside what is allowed, or at one of its ends."""
    numbers = {"low": low - 1, "high": high + 1, "broken": low + 0.5, "least": low, "most": high}
    return numbers[kind]


def call(module: str, kind: str) -> dict[str, Any]:
    """Return variables of a module that make every number of its policy, or default policy, of this kind."""
    policy: dict[str, Any] = {
        section: {field: number(kind, *bounds) for field, bounds in fields.items()}
        for section, fields in SECTIONS.items()
    }
    if module == "modules/protected-service":
        standby = {"service_name": "web-on-demand", **policy.pop("standby")}
        return {
            "cluster_name": "production",
            "service_name": "web",
            "mode": "backfill",
            "standby": standby,
            **policy,
        }
    del policy["standby"]
    return {"default_policy": policy, **({"hub": OTHER_HUB} if module == "modules/workload-spoke" else {})}


@pytest.fixture(scope="module")
def answers(workspace: Workspace) -> dict[str, str]:
    """All that Terraform says to each of these calls, by the name of the call."""
    calls = {
        f"{module.split('/')[1]}_{kind}": (module, call(module, kind))
        for module in PREFIXES
        for kind in (*WRONG, "least", "most")
    }
    said = dict.fromkeys(calls, "")
    for refusal in refusals_of(workspace, "bounds", calls):
        said[refusal.case] += refusal.message + "\n"
    return said


def test_the_hub_holds_to_the_bounds_that_terraform_holds_to() -> None:
    flat = {
        f"{section}.{field}": tuple(bounds)
        for section, fields in SECTIONS.items()
        for field, bounds in fields.items()
    }
    assert flat == BOUNDS


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("module", PREFIXES)
def test_a_number_out_of_bounds_is_refused_with_its_bounds(
    answers: dict[str, str], module: str, wrong: str
) -> None:
    expected = {
        f"{PREFIXES[module]}{section}.{field} must be a whole number from {low} to {high}."
        for section, fields in SECTIONS.items()
        for field, (low, high) in fields.items()
        if section != "standby" or module == "modules/protected-service"
    }
    said = answers[f"{module.split('/')[1]}_{wrong}"]
    assert {sentence for sentence in expected if sentence not in said} == set()


@pytest.mark.parametrize("end", ["least", "most"])
@pytest.mark.parametrize("module", PREFIXES)
def test_a_number_at_the_end_of_its_bounds_is_accepted(
    answers: dict[str, str], module: str, end: str
) -> None:
    assert answers[f"{module.split('/')[1]}_{end}"] == ""


@pytest.mark.parametrize("name", ["service", "standby_service", "backfill_service"])
def test_a_registration_is_read_as_it_was_written(fleet: Fleet, name: str) -> None:
    written = json.loads(fleet[f"{name}.aws_ssm_parameter.policy"].values["insecure_value"])
    assert policy_document(parse_policy(written)) == written


def test_a_registration_with_nothing_set_is_the_packages_own_default(fleet: Fleet) -> None:
    written = json.loads(fleet["service.aws_ssm_parameter.policy"].values["insecure_value"])
    assert parse_policy(written) == Policy()


def default_of_hub(fleet: Fleet, hub: str) -> DefaultPolicy | None:
    function = fleet[f'{hub}.aws_lambda_function.main["work"]']
    return work_settings(function.values["environment"][0]["variables"]).default_policy


def default_of_spoke(fleet: Fleet, spoke: str) -> DefaultPolicy | None:
    return parse_spoke(fleet[f"{spoke}.aws_ssm_parameter.spoke"].values["insecure_value"]).default_policy


def test_a_default_policy_with_nothing_set_is_a_dry_run_of_the_default_registration(fleet: Fleet) -> None:
    expected = DefaultPolicy(Policy(dry_run=True))
    assert default_of_hub(fleet, "hub") == expected
    assert default_of_spoke(fleet, "spoke") == expected


def test_without_a_default_policy_nobody_is_taken_in(fleet: Fleet) -> None:
    assert default_of_hub(fleet, "dev_hub") is None
    assert default_of_spoke(fleet, "china_spoke") is None
