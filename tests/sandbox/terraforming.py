"""Terraform, run by its command line on a directory."""

from __future__ import annotations

import subprocess
from pathlib import Path

from simulator.sandbox import Sandbox
from tests.sandbox.acting import REGION, SPOKE


class Terraform:
    """Runs a command as the root user of the spoke; it fails with what Terraform said."""

    def __init__(self, sandbox: Sandbox, directory: Path, **variables: str) -> None:
        self._directory = directory
        given = {f"TF_VAR_{name}": value for name, value in variables.items()}
        self._environment = sandbox.env(SPOKE, REGION) | given

    def __call__(self, *arguments: str) -> None:
        done = subprocess.run(
            ["terraform", *arguments, "-no-color", "-input=false"],
            cwd=self._directory,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
