"""Runs `terraform test` and validates the examples, in a copy of the tree.

The refusals are left to test_validations.py, which asks all of them in one plan and reads the answers too.
"""

from pathlib import Path

import pytest

from tests.terraform.workspace import REPOSITORY, Workspace

FILES = sorted(
    path.name
    for path in (REPOSITORY / "tests/terraform").glob("*.tftest.hcl")
    if not path.name.endswith("_refuses.tftest.hcl")
)
EXAMPLES = sorted({str(path.parent.relative_to(REPOSITORY)) for path in REPOSITORY.glob("examples/**/*.tf")})


@pytest.fixture(scope="module")
def initialised(workspace: Workspace) -> Workspace:
    # Some examples take the zip that "make package" builds; a plan reads no more of it than its hash.
    package = workspace.root / "modules/central-hub/package"
    package.mkdir(exist_ok=True)
    (package / "spot_failover.zip").write_bytes(b"stands in for the functions' zip")
    workspace.succeed(
        ".", "init", "-backend=false", "-input=false", "-no-color", "-test-directory=tests/terraform"
    )
    return workspace


@pytest.mark.parametrize("file", FILES)
def test_terraforms_own_tests_pass(initialised: Workspace, file: str) -> None:
    initialised.succeed(
        ".", "test", "-no-color", "-test-directory=tests/terraform", f"-filter=tests/terraform/{file}"
    )


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_a_root_module_that_terraform_takes(workspace: Workspace, example: str) -> None:
    workspace.succeed(example, "init", "-backend=false", "-input=false", "-no-color")
    workspace.succeed(example, "validate", "-no-color")


def test_a_missing_zip_is_refused_with_what_to_do(tmp_path: Path) -> None:
    workspace = Workspace.copy_to(tmp_path)
    call = {"source": "../modules/central-hub"}
    provider = {
        "region": "eu-west-1",
        "access_key": "testing",
        "secret_key": "testing",
        "skip_credentials_validation": True,
        "skip_requesting_account_id": True,
        "skip_metadata_api_check": True,
    }
    workspace.write("without-zip", {"provider": {"aws": provider}, "module": {"hub": call}})
    (workspace.root / "without-zip/zip.tftest.hcl").write_text(
        'mock_provider "aws" {\n  source = "../tests/terraform/mocks"\n}\nrun "plan" {\n  command = plan\n}\n'
    )
    done = workspace.run("without-zip", "test", "-no-color")
    said = " ".join(done.stdout.split())
    assert done.returncode == 1
    assert "The functions' zip is missing" in said
    assert 'Run "make package" in a clone of this project' in said
