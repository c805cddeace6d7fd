"""The workflows for users plan and apply a fleet in order; this repository's own run what make runs."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.unit.release.github import WORKFLOWS, GitHub, load

REPOSITORY = Path(__file__).parents[3]
EXAMPLE = REPOSITORY / "examples/github-oidc"
FILES = sorted([*WORKFLOWS.glob("*.yml"), *EXAMPLE.glob("workflows/*.yml")])
HUB_OBJECT = {"contract": 1, "external_id": "spot-failover"}

CENTRAL = """
terraform {
  backend "local" {
    path = "%s/central.tfstate"
  }
}

resource "terraform_data" "hub" {
  input = "the hub"
}

output "spoke" {
  value = { contract = 1, external_id = "spot-failover" }
}
"""
SPOKE = """
terraform {
  backend "local" {
    path = "%s/%s.tfstate"
  }
}

resource "terraform_data" "spoke" {
  input = jsondecode(file("../../hub.json"))
}
"""
FAILS = """
resource "terraform_data" "fails" {
  input = "applied"

  provisioner "local-exec" {
    command = "echo this account is out of order; exit 1"
  }
}
"""


@pytest.fixture
def github(tmp_path: Path) -> GitHub:
    """Return a repository with the example's fleet; its roots need no provider and keep state aside."""
    if not shutil.which("jq"):
        pytest.skip("jq, which GitHub's runners have, is not installed here")
    repository, state = tmp_path / "repository", tmp_path / "state"
    fleet = json.loads((EXAMPLE / "fleet.json").read_text())
    (repository / "central").mkdir(parents=True)
    (repository / "central/main.tf").write_text(CENTRAL % state)
    for root in fleet["canary"] + fleet["rest"]:
        folder = repository / root["folder"]
        folder.mkdir(parents=True)
        (folder / "main.tf").write_text(SPOKE % (state, folder.name))
    (repository / "fleet.json").write_text(json.dumps(fleet))
    return GitHub(repository, tmp_path / "runners")


def state_of(github: GitHub, root: str) -> Any:
    """Return what was applied of a root, nothing where nothing was."""
    file = github.repository.parent / "state" / f"{root}.tfstate"
    if not file.exists():
        return None
    [resource] = json.loads(file.read_text())["resources"]
    return resource["instances"][0]["attributes"]["input"]["value"]


def add(github: GitHub, file: str, text: str) -> None:
    with (github.repository / file).open("a") as opened:
        opened.write(text)


def test_a_pull_request_plans_every_root_with_its_accounts_plan_role(github: GitHub) -> None:
    github.run("plan.yml")
    assert [ran.name for ran in github.ran if ran.failed] == []
    assert [(ran.name, ran.environment, ran.credentials["role-to-assume"]) for ran in github.ran[1:]] == [
        ("central", "", "arn:aws:iam::111122223333:role/github-spot-failover-plan"),
        ("accounts/staging", "", "arn:aws:iam::222233334444:role/github-spot-failover-plan"),
        ("accounts/shop", "", "arn:aws:iam::333344445555:role/github-spot-failover-plan"),
        ("accounts/search", "", "arn:aws:iam::444455556666:role/github-spot-failover-plan"),
    ]
    assert github.ran[4].credentials["aws-region"] == "us-east-1"


def test_a_pull_request_shows_each_plan_and_changes_nothing(github: GitHub) -> None:
    github.run("plan.yml")
    for ran in github.ran[1:]:
        assert ran.summary.startswith(f"### {ran.name}\n\n```\n")
        assert "will be created" in ran.summary
    assert [state_of(github, root) for root in ("central", "staging", "shop", "search")] == [None] * 4


def test_spokes_are_planned_against_a_hub_that_is_not_there_yet(github: GitHub) -> None:
    github.run("plan.yml")
    assert "spot-failover" in github.ran[2].summary
    assert not (github.repository / "hub.json").exists()


def test_a_pull_request_shows_spokes_what_it_does_to_the_hub(github: GitHub) -> None:
    (github.repository / "hub.json").write_text(json.dumps({"contract": 0}))
    github.run("plan.yml")
    assert "contract    = 1" in github.ran[2].summary


def test_a_pull_request_from_a_fork_runs_nothing(github: GitHub) -> None:
    fork = GitHub(github.repository, github.runners, {"pull_request": {"head": {"repo": {"fork": True}}}})
    fork.run("plan.yml")
    assert fork.ran == []


def test_main_applies_the_hub_then_the_canary_then_the_rest(github: GitHub) -> None:
    github.run("apply.yml")
    assert [ran.name for ran in github.ran if ran.failed] == []
    assert [(ran.name, ran.environment, ran.credentials["role-to-assume"]) for ran in github.ran[1:]] == [
        ("central", "spot-failover-hub", "arn:aws:iam::111122223333:role/github-spot-failover-apply"),
        (
            "accounts/staging",
            "spot-failover-canary",
            "arn:aws:iam::222233334444:role/github-spot-failover-apply",
        ),
        ("accounts/shop", "spot-failover-rest", "arn:aws:iam::333344445555:role/github-spot-failover-apply"),
        (
            "accounts/search",
            "spot-failover-rest",
            "arn:aws:iam::444455556666:role/github-spot-failover-apply",
        ),
    ]
    assert state_of(github, "central") == "the hub"
    assert [state_of(github, root) for root in ("staging", "shop", "search")] == [HUB_OBJECT] * 3


def test_a_canary_that_fails_keeps_the_rest_as_it_is(github: GitHub) -> None:
    add(github, "accounts/staging/main.tf", FAILS)
    github.run("apply.yml")
    assert [(ran.name, ran.failed) for ran in github.ran[1:]] == [
        ("central", False),
        ("accounts/staging", True),
    ]
    assert "this account is out of order" in github.ran[-1].said
    assert [state_of(github, root) for root in ("shop", "search")] == [None, None]


def test_a_hub_that_fails_keeps_every_account_as_it_is(github: GitHub) -> None:
    add(github, "central/main.tf", FAILS)
    github.run("apply.yml")
    assert [(ran.name, ran.failed) for ran in github.ran[1:]] == [("central", True)]


def test_one_account_of_the_rest_that_fails_leaves_the_others_alone(github: GitHub) -> None:
    add(github, "accounts/shop/main.tf", FAILS)
    github.run("apply.yml")
    assert [ran.name for ran in github.ran if ran.failed] == ["accounts/shop"]
    assert state_of(github, "search") == HUB_OBJECT


def test_a_fleet_may_end_with_its_canary(github: GitHub) -> None:
    fleet = json.loads((github.repository / "fleet.json").read_text())
    (github.repository / "fleet.json").write_text(json.dumps(fleet | {"rest": []}))
    github.run("apply.yml")
    assert [ran.name for ran in github.ran[1:]] == ["central", "accounts/staging"]


def test_a_hub_without_the_object_for_spokes_is_told_what_is_missing(github: GitHub) -> None:
    main = github.repository / "central/main.tf"
    main.write_text(main.read_text().replace('output "spoke"', 'output "hub"'))
    github.run("plan.yml")
    assert [ran.name for ran in github.ran if ran.failed] == ["central"]
    assert 'The root central needs the output "spoke"' in github.ran[-1].said


ROOT = {"folder": "central", "account": "111122223333", "region": "eu-west-1"}


@pytest.mark.parametrize(
    "fleet",
    [
        {"hub": [ROOT], "canary": [ROOT]},
        {"hub": [], "canary": [ROOT], "rest": []},
        {"hub": [ROOT, ROOT], "canary": [ROOT], "rest": []},
        {"hub": [ROOT], "canary": [], "rest": [ROOT]},
        {"hub": ROOT, "canary": [ROOT], "rest": []},
        {"hub": [ROOT], "canary": [ROOT], "rest": ["accounts/shop"]},
        {"hub": [ROOT], "canary": [ROOT | {"account": 222233334444}], "rest": []},
        {"hub": [ROOT], "canary": [{"folder": "a", "account": "222233334444"}], "rest": []},
        [],
    ],
)
def test_a_fleet_that_is_not_one_is_refused_with_what_it_must_hold(github: GitHub, fleet: object) -> None:
    (github.repository / "fleet.json").write_text(json.dumps(fleet))
    github.run("apply.yml")
    [ran] = github.ran
    assert ran.failed
    assert "fleet.json must hold one root in the list hub" in ran.said


@pytest.mark.parametrize("text", ["", "{", '{"hub": [}'])
def test_a_fleet_that_is_no_json_is_refused(github: GitHub, text: str) -> None:
    (github.repository / "fleet.json").write_text(text)
    github.run("apply.yml")
    [ran] = github.ran
    assert ran.failed


# --- what all workflows keep to ---


def jobs(file: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = load(file)["jobs"]
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_workflow_has_a_stored_key(file: Path) -> None:
    text = file.read_text()
    assert "secrets." not in text
    assert "aws-access-key" not in text.lower()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_action_is_pinned_to_a_commit_with_its_version_beside_it(file: Path) -> None:
    used = re.findall(r"uses: (.*)", file.read_text())
    assert [
        one
        for one in used
        if not re.fullmatch(r"\./\.github/workflows/\w+\.yml|[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one)
    ] == []


def test_one_action_has_one_version() -> None:
    used = {one for file in FILES for one in re.findall(r"uses: (\S+@.*)", file.read_text())}
    assert len(used) == len({one.split("@")[0] for one in used})


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_job_has_only_the_permissions_that_it_names(file: Path) -> None:
    assert load(file)["permissions"] == {}
    assert [name for name, job in jobs(file).items() if "permissions" not in job] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_called_workflow_is_given_what_its_jobs_ask_for(file: Path) -> None:
    lacking = [
        (name, permission)
        for name, job in jobs(file).items()
        if "uses" in job
        for called in jobs(REPOSITORY / job["uses"]).values()
        for permission, level in called["permissions"].items()
        if job["permissions"].get(permission) != level
    ]
    assert lacking == []


@pytest.mark.parametrize("name", ["ci.yml", "release.yml"])
def test_this_repositorys_workflows_run_targets_of_make_alone(name: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE))
    commands = [
        step["run"]
        for job in jobs(WORKFLOWS / name).values()
        for step in job.get("steps", [])
        if "run" in step
    ]
    assert len(commands) >= 2
    assert [command for command in commands if not is_make(command, targets)] == []


def is_make(command: str, targets: set[str]) -> bool:
    found = re.fullmatch(r'make ([a-z-]+)( [A-Z_]+=("\$[A-Z_]+"|\d+))*', command)
    return found is not None and found[1] in targets


def test_what_may_write_in_a_release_builds_nothing() -> None:
    writing = {
        name: [step.get("run", step.get("uses", "")).split("@")[0] for step in job["steps"]]
        for name, job in jobs(WORKFLOWS / "release.yml").items()
        if "write" in job["permissions"].values()
    }
    assert writing == {
        "publish": [
            "actions/checkout",
            "actions/download-artifact",
            "actions/attest-build-provenance",
            'make publish VERSION="$GITHUB_REF_NAME"',
        ]
    }


def test_the_oldest_terraform_and_provider_that_are_promised_are_tested() -> None:
    rows = jobs(WORKFLOWS / "ci.yml")["test"]["strategy"]["matrix"]["include"]
    [minimum] = [row for row in rows if row["name"] == "minimum"]
    versions = (REPOSITORY / "versions.tf").read_text()
    assert f'required_version = ">= {minimum["terraform"].removesuffix(".0")}"' in versions
    assert f'version = ">= {minimum["provider"].removesuffix(".0")}"' in versions
    assert [row["provider"] for row in rows if row["name"] == "newest"] == ["~> 6.0"]


@pytest.mark.parametrize("called", ["plan.yml", "apply.yml"])
def test_the_example_calls_both_workflows(called: str) -> None:
    used = [job["uses"] for job in jobs(EXAMPLE / "workflows/spot-failover.yml").values()]
    assert f"./.github/workflows/{called}" in used
