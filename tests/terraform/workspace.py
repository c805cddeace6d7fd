"""Terraform runs in a copy of the modules, so that the checkout stays as it is."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]
MODULES = ("central-hub", "workload-spoke", "protected-service")

_WITHOUT = shutil.ignore_patterns(".terraform*", "*.zip", "__pycache__", "*.py")


@dataclass(frozen=True, slots=True)
class Workspace:
    """A copy of the root module, `modules` and `tests/terraform`, without the functions' zip."""

    root: Path

    @classmethod
    def copy_to(cls, root: Path) -> "Workspace":
        for folder in ("modules", "examples", "tests/terraform"):
            shutil.copytree(REPOSITORY / folder, root / folder, ignore=_WITHOUT)
        for file in REPOSITORY.glob("*.tf"):
            shutil.copy(file, root)
        subprocess.run([REPOSITORY / "tools/stand-in-modules.sh", root], check=True)
        return cls(root)

    def run(self, folder: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run terraform in a folder of the copy and return how it went, all it said in `stdout`."""
        # The caller's TF_DATA_DIR or TF_CLI_ARGS must not reach the copy; where providers come from must.
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("TF_") or name == "TF_CLI_CONFIG_FILE"
        }
        return subprocess.run(
            ["terraform", *arguments],
            cwd=self.root / folder,
            # The provider is large and short-lived: collecting its garbage later saves a third of its time.
            env=environment | {"TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1", "GOGC": "400"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            check=False,
        )

    def succeed(self, folder: str, *arguments: str) -> str:
        """Run terraform and return what it said; fail with that where it did not succeed."""
        done = self.run(folder, *arguments)
        assert done.returncode == 0, f"terraform {' '.join(arguments)}:\n{done.stdout}"
        return done.stdout

    def write(self, folder: str, configuration: dict[str, Any]) -> None:
        """Write a root module in JSON syntax and initialise it."""
        (self.root / folder).mkdir(parents=True, exist_ok=True)
        (self.root / folder / "main.tf.json").write_text(json.dumps(configuration, indent=2))
        self.succeed(folder, "init", "-backend=false", "-input=false", "-no-color")

    def plan(self, folder: str, configuration: dict[str, Any]) -> dict[str, Any]:
        """Plan a root module with the real provider and return the plan in Terraform's JSON form."""
        self.write(folder, configuration)
        self.succeed(folder, "plan", "-input=false", "-no-color", "-out=plan.tfplan")
        plan: dict[str, Any] = json.loads(self.succeed(folder, "show", "-json", "plan.tfplan"))
        return plan
