"""GitHub Actions as far as this repository's reusable workflows use it: the shell in them really runs.

Known are calls of workflows, needs, outputs, conditions, a matrix over roots, and the actions they use;
another action stops the test that comes upon it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped] # its stubs are not among what is locked here

WORKFLOWS = Path(__file__).parents[3] / ".github" / "workflows"
Document = dict[str, Any]


def load(file: Path) -> Document:
    """Read a workflow; YAML's "on" is a truth value, which nobody means here."""
    document: dict[Any, Any] = yaml.safe_load(file.read_text())
    return {"on": document.pop(True), **document}


class StepFailedError(Exception):
    """A step ended with an error."""


@dataclass(slots=True)
class Ran:
    """One job that ran: with which credentials and environment, what it said, and how it ended."""

    name: str
    environment: str
    credentials: Mapping[str, str] = field(default_factory=dict)
    summary: str = ""
    said: str = ""
    failed: bool = False


@dataclass(frozen=True, slots=True)
class GitHub:
    """A repository on GitHub, with runners below a folder."""

    repository: Path
    runners: Path
    event: Mapping[str, Any] = field(default_factory=dict)
    ran: list[Ran] = field(default_factory=list)

    def run(self, workflow: str, **given: str) -> dict[str, str]:
        """Run a workflow that can be called and return its outputs; what needs a failed job is skipped."""
        document = load(WORKFLOWS / workflow)
        declared = document["on"]["workflow_call"]
        unknown = set(given) - set(declared["inputs"])
        assert not unknown, f"{workflow} has no inputs {unknown}"
        inputs = {
            name: given.get(name, setting.get("default")) for name, setting in declared["inputs"].items()
        }
        assert None not in inputs.values(), f"{workflow} lacks an input: {inputs}"
        done: dict[str, dict[str, str]] = {}
        for name, job in document["jobs"].items():
            needs = job.get("needs", [])
            needs = [needs] if isinstance(needs, str) else needs
            known = {
                "inputs": inputs,
                "needs": {need: {"outputs": done.get(need)} for need in needs},
                "github": {"event": self.event},
            }
            if set(needs) <= set(done) and value(job.get("if", "${{ true }}"), known):
                outputs = self._job(job, known, document)
                if outputs is not None:
                    done[name] = outputs
        results = {name: {"outputs": outputs} for name, outputs in done.items()}
        return {
            name: value(output["value"], {"jobs": results})
            for name, output in declared.get("outputs", {}).items()
            if results
        }

    def _job(self, job: Document, known: Document, workflow: Document) -> dict[str, str] | None:
        """Run a job, or the workflow it calls, and return its outputs; None where it failed."""
        if "uses" in job:
            inputs = {name: value(text, known) for name, text in job["with"].items()}
            before = len(self.ran)
            outputs = self.run(job["uses"].removeprefix("./.github/workflows/"), **inputs)
            return None if any(ran.failed for ran in self.ran[before:]) else outputs
        rows: list[Document] = [{}]
        if "strategy" in job:
            assert job["strategy"]["fail-fast"] is False
            [(axis, listed)] = job["strategy"]["matrix"].items()
            rows = [{axis: row} for row in json.loads(value(listed, known))]
        all_outputs = [self._row(job, {**known, "matrix": row}, workflow) for row in rows]
        return None if None in all_outputs else all_outputs[0]

    def _row(self, job: Document, known: Document, workflow: Document) -> dict[str, str] | None:
        environment = value(job.get("environment", ""), known)
        ran = Ran(value(job["name"], known), environment)
        self.ran.append(ran)
        runner = Runner(self.runners / str(len(self.ran)), self, ran, workflow["defaults"]["run"]["shell"])
        variables = {name: value(text, known) for name, text in job.get("env", {}).items()}
        for step in job["steps"]:
            if value(step.get("if", "${{ true }}"), known):
                try:
                    runner.step(step, known, variables)
                except StepFailedError:
                    ran.failed = True
                    return None
        return {
            name: value(text, {"steps": {"fleet": {"outputs": runner.outputs()}}})
            for name, text in job.get("outputs", {}).items()
        }


@dataclass(frozen=True, slots=True)
class Runner:
    """A machine of GitHub's that does one job."""

    home: Path
    github: GitHub
    ran: Ran
    shell: str

    @property
    def workspace(self) -> Path:
        return self.home / "workspace"

    def outputs(self) -> dict[str, str]:
        lines = (self.home / "output").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)

    def step(self, step: Document, known: Document, variables: Mapping[str, str]) -> None:
        """Do a step as the action does, or run its shell."""
        if "run" in step:
            own = {name: word(value(text, known)) for name, text in step.get("env", {}).items()}
            self._shell(step["run"], {**variables, **own})
            return
        given = {name: value(text, known) for name, text in step.get("with", {}).items()}
        artifacts = self.github.runners / "artifacts"
        match step["uses"].split("@")[0]:
            case "actions/checkout":
                shutil.copytree(self.github.repository, self.workspace)
            case "actions/download-artifact":
                shutil.copytree(artifacts / given["name"], self.workspace, dirs_exist_ok=True)
            case "actions/upload-artifact":
                (artifacts / given["name"]).mkdir(parents=True)
                shutil.copy(self.workspace / given["path"], artifacts / given["name"])
            case "aws-actions/configure-aws-credentials":
                self.ran.credentials = given
            case action:
                assert action == "hashicorp/setup-terraform", f"{action} is unknown here"

    def _shell(self, script: str, variables: Mapping[str, str]) -> None:
        # https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
        assert self.shell == "bash"
        (self.home / "output").touch()
        (self.home / "summary").touch()
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.workspace,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.home),
                "CHECKPOINT_DISABLE": "1",
                "GITHUB_OUTPUT": str(self.home / "output"),
                "GITHUB_STEP_SUMMARY": str(self.home / "summary"),
                **variables,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.ran.said += done.stdout
        self.ran.summary = (self.home / "summary").read_text()
        if done.returncode:
            raise StepFailedError


def value(text: str | bool, known: Mapping[str, Any]) -> Any:
    """Fill in a text's expressions; one that is nothing but an expression keeps its type."""
    if not isinstance(text, str):
        return text
    if whole := re.fullmatch(r"\$\{\{ (.*) \}\}", text):
        return expression(whole[1], known)
    return re.sub(r"\$\{\{ (.*?) \}\}", lambda found: str(expression(found[1], known)), text)


def expression(text: str, known: Mapping[str, Any]) -> Any:
    """Work out a comparison with a text, a negation, fromJSON (of what stays text here), or a name."""
    if compared := re.fullmatch(r"(\S+) (==|!=) '([^']*)'", text):
        equal = expression(compared[1], known) == compared[3]
        return equal if compared[2] == "==" else not equal
    if text.startswith("!"):
        return not expression(text[1:], known)
    if called := re.fullmatch(r"fromJSON\((.*)\)", text):
        return expression(called[1], known)
    if text == "true":
        return True
    found: Any = known
    for name in text.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def word(found: str | bool) -> str:
    """Return a value as the environment can hold it."""
    return str(found).lower() if isinstance(found, bool) else found
