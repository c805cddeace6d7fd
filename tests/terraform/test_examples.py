"""What users copy from the examples leaves to the hub what the hub changes."""

from typing import Any

import hcl2
import pytest

from tests.terraform.workspace import REPOSITORY

# By example and service, what its resource must ignore.
IGNORED = {
    ("protected-service", "main"): {"capacity_provider_strategy", "desired_count"},
    ("standby-service", "spot"): {"desired_count"},
    ("standby-service", "standby"): {"desired_count", "task_definition"},
    ("backfill-workers", "spot"): {"desired_count"},
    ("backfill-workers", "standby"): {"desired_count"},
    ("interruption-ready-service", "web"): {"capacity_provider_strategy", "desired_count"},
    ("interruption-ready-service", "worker"): {"capacity_provider_strategy", "desired_count"},
}


def services(example: str) -> dict[str, dict[str, Any]]:
    """Return the ECS services of an example by their label."""
    read = hcl2.loads((REPOSITORY / "examples" / example / "main.tf").read_text())
    return {
        label.strip('"'): body
        for resource in read["resource"]
        for kind, labelled in resource.items()
        if kind.strip('"') == "aws_ecs_service"
        for label, body in labelled.items()
    }


@pytest.mark.parametrize(("example", "service"), IGNORED)
def test_a_service_ignores_what_the_hub_changes_and_nothing_else(example: str, service: str) -> None:
    [lifecycle] = services(example)[service]["lifecycle"]
    assert {name.strip("${}") for name in lifecycle["ignore_changes"]} == IGNORED[example, service]


def test_every_service_of_an_example_is_among_them() -> None:
    examples = [
        str(path.parent.relative_to(REPOSITORY / "examples"))
        for path in REPOSITORY.glob("examples/**/main.tf")
        if '"aws_ecs_service"' in path.read_text()
    ]
    assert {(example, service) for example in examples for service in services(example)} == set(IGNORED)


@pytest.mark.parametrize(
    "example", sorted(path.name for path in (REPOSITORY / "examples").iterdir() if path.is_dir())
)
def test_the_page_of_an_example_says_how_to_begin_what_one_gets_and_how_to_end(example: str) -> None:
    page = " ".join((REPOSITORY / "examples" / example / "README.md").read_text().split())
    assert "terraform init" in page or "terraform -chdir=central init" in page
    assert "destroy" in page
    assert any(words in page for words in ("You get", "What you have", "what becomes of it"))
