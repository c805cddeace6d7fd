"""Every validation refuses a value, with a message of its own that says what is wanted.

The bad values are those of the `*_refuses.tftest.hcl` files; Terraform's answers to them are read here.
"""

import re
from collections.abc import Iterator
from typing import Any

import hcl2
import pytest

from tests.terraform.validations import Refusal, refusals_of
from tests.terraform.workspace import REPOSITORY, Workspace

# Where each module's refusals are, and the folder its variables are in.
REFUSALS = {
    "central_hub_refuses": "modules/central-hub",
    "workload_spoke_refuses": "modules/workload-spoke",
    "protected_service_refuses": "modules/protected-service",
    "quick_start_refuses": ".",
}


def cases(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield a module call for each variable that a run expects to fail: that value bad, all others good."""
    tests = hcl2.loads((REPOSITORY / f"tests/terraform/{name}.tftest.hcl").read_text())
    shared = tests.get("variables", [{}])[0]
    for block in tests["run"]:
        [(run, body)] = block.items()
        given = body["variables"][0]
        refused = [expected.removeprefix("${var.").removesuffix("}") for expected in body["expect_failures"]]
        good = shared | {variable: value for variable, value in given.items() if variable not in refused}
        for variable in refused:
            yield f"{name}_{plain(run)}_{variable}", plain(good | {variable: given[variable]})


def plain(value: Any) -> Any:
    """Turn what hcl2 read into Terraform's JSON syntax."""
    match value:
        case str():
            return value.removeprefix('"').removesuffix('"')
        case list():
            return [plain(item) for item in value]
        case dict():
            return {plain(key): plain(item) for key, item in value.items() if key != "__is_block__"}
        case _:
            return value


@pytest.fixture(scope="module")
def refusals(workspace: Workspace) -> list[Refusal]:
    calls = {case: (folder, values) for name, folder in REFUSALS.items() for case, values in cases(name)}
    return refusals_of(workspace, "validations", calls)


def test_each_bad_value_is_refused_by_one_validation_of_its_variable(refusals: list[Refusal]) -> None:
    expected = sorted(case for name in REFUSALS for case, _ in cases(name))
    assert sorted(refusal.case for refusal in refusals) == expected
    assert [r for r in refusals if not r.case.endswith(f"_{r.variable}")] == []


def test_every_validation_refuses_something(refusals: list[Refusal]) -> None:
    rules = {
        (f"{folder}/variables.tf", number)
        for folder in REFUSALS.values()
        for number, line in enumerate((REPOSITORY / folder / "variables.tf").read_text().splitlines(), 1)
        if line == "  validation {"
    }
    assert len(rules) > 70
    assert rules - {refusal.rule for refusal in refusals} == set()


def test_every_refusal_names_the_value_and_says_what_it_must_be(refusals: list[Refusal]) -> None:
    unclear = [
        refusal.message
        for refusal in refusals
        if not re.match(rf"{refusal.variable}[.\w]*( and [.\w]+)? must ", refusal.message)
    ]
    assert unclear == []


def test_every_refusal_names_the_bounds_and_choices_that_its_condition_has(refusals: list[Refusal]) -> None:
    silent = [
        (refusal.message, wanted)
        for refusal in refusals
        for wanted in wanted_by(*refusal.rule)
        if wanted not in refusal.message
    ]
    assert silent == []


def wanted_by(path: str, line: int) -> Iterator[str]:
    """Find in a condition what a user must know: the ends of a range, the members of a list."""
    condition = (REPOSITORY / path).read_text().splitlines()[line].partition("=")[2]
    yield from re.findall(r"(?:>=|<=) (\d+)", condition)
    if listed := re.search(r"contains\(\[(.*?)\]", condition):
        yield from (item.strip('"') for item in listed[1].split(", "))


def test_the_lifecycle_block_that_switch_needs_is_shown_where_it_is_missing(refusals: list[Refusal]) -> None:
    [message] = {refusal.message for refusal in refusals if refusal.variable == "ignores_strategy_changes"}
    assert "lifecycle {\n    ignore_changes = [capacity_provider_strategy, desired_count]\n  }" in message
