from pathlib import Path

import pytest

from tests.terraform.fleet import Fleet, plan_fleet
from tests.terraform.workspace import Workspace


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    root: Path = tmp_path_factory.mktemp("terraform")
    return Workspace.copy_to(root)


@pytest.fixture(scope="session")
def fleet(workspace: Workspace) -> Fleet:
    return plan_fleet(workspace)
