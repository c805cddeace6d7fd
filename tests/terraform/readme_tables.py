"""The tables of inputs and outputs in the modules' READMEs, in the form of terraform-docs.

`python -m tests.terraform.readme_tables` writes them; test_readmes.py says where they are out of date.
"""

import json
import re
from pathlib import Path
from typing import Any

import hcl2

from tests.terraform.workspace import MODULES, REPOSITORY

BEGIN, END = "<!-- BEGIN_TF_DOCS -->", "<!-- END_TF_DOCS -->"


def tables(module: Path) -> str:
    """Render both tables of a module."""
    variables = blocks(module / "variables.tf", "variable")
    outputs = blocks(module / "outputs.tf", "output")
    lines = [
        "## Inputs",
        "",
        "| Name | Description | Type | Default | Required |",
        "|------|-------------|------|---------|:--------:|",
        *(input_row(module, name, variables[name]) for name in sorted(variables)),
        "",
        "## Outputs",
        "",
        "| Name | Description |",
        "|------|-------------|",
        *(
            f"| {anchored('output', name)} | {cell(text(outputs[name], 'description'))} |"
            for name in sorted(outputs)
        ),
    ]
    return "\n".join(lines)


def input_row(module: Path, name: str, variable: dict[str, Any]) -> str:
    required = "default" not in variable
    default = "n/a" if required else f"`{json.dumps(plain(variable['default']))}`"
    cells = (
        anchored("input", name),
        cell(text(variable, "description")),
        kind(module, name),
        default,
        "yes" if required else "no",
    )
    return f"| {' | '.join(cells)} |"


def blocks(file: Path, block: str) -> dict[str, dict[str, Any]]:
    """Return the blocks of a file by their label."""
    read = hcl2.loads(file.read_text())
    return {label.strip('"'): body for entry in read[block] for label, body in entry.items()}


def text(block: dict[str, Any], attribute: str) -> str:
    """Return a string attribute without its quotes and escapes."""
    value: str = json.loads(block[attribute])
    return value


def plain(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value.startswith('"') else value


def kind(module: Path, name: str) -> str:
    """Return a variable's type as it is written, which a parser would put on one line."""
    source = (module / "variables.tf").read_text()
    block = source.partition(f'variable "{name}" {{\n')[2].partition("\n}\n")[0]
    found = re.search(r"^  type += (.*?)(?=^  [a-z]|\Z)", block, re.MULTILINE | re.DOTALL)
    assert found, f"The variable {name} has no type."
    written = found[1].strip()
    # terraform-docs gives a type of several lines a <pre>; the closing line's indentation is the block's own.
    lines = written.replace("\n  ", "\n").splitlines()
    return f"<pre>{'<br/>'.join(lines)}</pre>" if len(lines) > 1 else f"`{written}`"


def anchored(table: str, name: str) -> str:
    escaped = name.replace("_", r"\_")
    return f'<a name="{table}_{name}"></a> [{escaped}](#{table}\\_{escaped})'


def cell(words: str) -> str:
    return words.replace("|", r"\|").replace("\n", "<br/>")


def with_tables(readme: str, module: Path) -> str:
    """Return a README with the tables of its module between the two marks."""
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{tables(module)}\n{END}{after}"


if __name__ == "__main__":
    for folder in MODULES:
        page = REPOSITORY / "modules" / folder / "README.md"
        page.write_text(with_tables(page.read_text(), page.parent))
