"""Each module's README says what the module has."""

import pytest

from tests.terraform.readme_tables import BEGIN, END, blocks, with_tables
from tests.terraform.workspace import MODULES, REPOSITORY


@pytest.mark.parametrize("module", MODULES)
def test_the_tables_list_the_inputs_and_outputs_that_there_are(module: str) -> None:
    readme = REPOSITORY / "modules" / module / "README.md"
    page = readme.read_text()
    assert page.count(BEGIN) == page.count(END) == 1
    assert page == with_tables(page, readme.parent), "run: python -m tests.terraform.readme_tables"


@pytest.mark.parametrize("module", MODULES)
def test_there_is_a_block_to_copy_that_uses_only_inputs_that_there_are(module: str) -> None:
    folder = REPOSITORY / "modules" / module
    block = (folder / "README.md").read_text().partition("```hcl\n")[2].partition("\n```")[0]
    used = {
        line.split("=")[0].strip() for line in block.splitlines() if line.startswith("  ") and line[2] != " "
    }
    known = set(blocks(folder / "variables.tf", "variable")) | {"source", "providers", "}"}
    assert f'/modules/{module}"' in block
    assert used - known == set()


@pytest.mark.parametrize("folder", ["", *(f"modules/{module}" for module in MODULES)])
def test_every_input_and_output_is_described_and_every_input_is_typed(folder: str) -> None:
    variables = blocks(REPOSITORY / folder / "variables.tf", "variable")
    outputs = blocks(REPOSITORY / folder / "outputs.tf", "output")
    undescribed = [name for name, block in (variables | outputs).items() if not block.get("description")]
    untyped = [name for name, block in variables.items() if block.get("type") in {None, "any"}]
    assert undescribed == []
    assert untyped == []


@pytest.mark.parametrize(("folder", "most"), [("", 8), *((f"modules/{module}", 20) for module in MODULES)])
def test_a_module_has_few_inputs(folder: str, most: int) -> None:
    assert len(blocks(REPOSITORY / folder / "variables.tf", "variable")) <= most


@pytest.mark.parametrize("folder", ["", *(f"modules/{module}" for module in MODULES)])
def test_an_input_takes_null_only_where_null_is_its_default(folder: str) -> None:
    variables = blocks(REPOSITORY / folder / "variables.tf", "variable")
    takes_null = {name for name, block in variables.items() if block.get("nullable") is not False}
    null_by_default = {name for name, block in variables.items() if block.get("default", "") is None}
    assert takes_null == null_by_default
