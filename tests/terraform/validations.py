"""Ask the validations of a module's variables, and read Terraform's answers."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.terraform.workspace import REPOSITORY, Workspace

ANSWER = re.compile(r"(?s)(.*)\n\nThis was checked by the validation rule at (\S+):(\d+),")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A bad value of one variable, and Terraform's answer."""

    case: str
    variable: str
    message: str
    rule: tuple[str, int]


def source(module: str) -> str:
    """Return where a module of nothing but its variables is: beside the others, as modules are."""
    return f"./{Path(module).name or 'quick-start'}"


def refusals_of(workspace: Workspace, folder: str, calls: dict[str, tuple[str, Any]]) -> list[Refusal]:
    """Return how Terraform answers calls of modules: for each a name, the module's folder, and its variables.

    Validations need no resources, so one plan asks them all; but Terraform asks those that look at other
    variables only once the others are content, so what the first plan accepts is asked again by itself.
    """
    folders = {Path(source(module)).name: module for module, _ in calls.values()}
    for name, module in folders.items():
        lone = workspace.root / folder / name
        lone.mkdir(parents=True)
        for file in [REPOSITORY / module / "variables.tf", *(REPOSITORY / module).glob("*.json")]:
            (lone / file.name).write_text(file.read_text())
    found: list[Refusal] = []
    for _ in range(2):
        refused = {refusal.case for refusal in found}
        blocks = {
            name: {"source": source(module), **variables}
            for name, (module, variables) in calls.items()
            if name not in refused
        }
        workspace.write(folder, {"module": blocks})
        said = workspace.run(folder, "plan", "-json", "-input=false").stdout
        found += answers(said, folders)
    return found


def answers(said: str, folders: dict[str, str]) -> Iterator[Refusal]:
    for line in said.splitlines():
        if not line.startswith("{") or (event := json.loads(line))["@level"] != "error":
            continue
        diagnostic = event["diagnostic"]
        answer = ANSWER.match(diagnostic["detail"])
        assert answer, diagnostic
        message, file, number = answer.groups()
        case = diagnostic["snippet"]["context"].removeprefix("module.")
        path = f"{folders[Path(file).parent.name]}/variables.tf"
        yield Refusal(case, variable_at(path, int(number)), message, (path, int(number)))


def variable_at(path: str, line: int) -> str:
    """Return the variable whose block a line of a file is in."""
    above = (REPOSITORY / path).read_text().splitlines()[:line]
    names: list[str] = re.findall(r'^variable "(\w+)"', "\n".join(above), re.MULTILINE)
    return names[-1]
