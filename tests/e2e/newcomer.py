"""Follows a README as a newcomer would: its own commands, in order, in a copy of the repository."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from simulator.terraform import CLI_CONFIGURATION, MADE_BY_TERRAFORM, REPOSITORY

_BLOCK: Final = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# All that `make package` and the examples read. What make has installed is linked to, not installed again.
_COPIED: Final = ("Makefile", "pyproject.toml", "lambda_src", "requirements", "tools", "modules", "examples")
_LINKED: Final = (".venv", "build")


def commands(readme: Path) -> list[str]:
    """Return the blocks of shell commands of a page, in order."""
    return _BLOCK.findall(readme.read_text(encoding="utf-8"))


class Newcomer:
    """Has a clone of the repository, and stands in the folder of one of its pages.

    Parameters
    ----------
    page
        The page that is followed.
    work
        A new directory, below `build/`, for the clone.
    replaced
        What differs from the page in this place, such as a port that is taken.
    environment
        Variables beyond the caller's own, none of which say anything of AWS or Terraform.

    """

    def __init__(
        self, page: Path, work: Path, replaced: Mapping[str, str], environment: Mapping[str, str]
    ) -> None:
        self._replaced = replaced
        self._folder = work / page.parent.relative_to(REPOSITORY)
        ours = ("AWS_", "TF_", "MAKE", "MFLAGS")
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(ours)},
            "PATH": f"{work / 'bin'}:{REPOSITORY / '.venv/bin'}:{os.environ['PATH']}",
            "TF_CLI_CONFIG_FILE": str(CLI_CONFIGURATION),
            "CHECKPOINT_DISABLE": "1",
            # Says yes to every question, and lets waiting on AWS's part end as soon as it can.
            "TF_CLI_ARGS_apply": "-auto-approve -input=false -no-color",
            "TF_CLI_ARGS_destroy": "-auto-approve -input=false -no-color",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_PAGER": "",
            **environment,
        }
        self._settings = ""
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        ignored = shutil.ignore_patterns(*MADE_BY_TERRAFORM, "__pycache__", "package")
        for source in [REPOSITORY / name for name in _COPIED] + sorted(REPOSITORY.glob("*.tf")):
            name = source.name
            if source.is_dir():
                shutil.copytree(source, work / name, ignore=ignored)
            else:
                shutil.copy2(source, work / name)
        for name in _LINKED:
            (work / name).symlink_to(REPOSITORY / name)
        self._install(work / "bin")

    def set(self, block: str) -> None:
        """Keep a block of settings for all commands that follow."""
        self._settings += self._here(block)

    def run(self, block: str) -> str:
        """Run a block and return what it printed; fail with that where a command of it fails."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", self._settings + self._here(block)],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{block}\n{done.stdout}"
        return done.stdout

    def run_until(self, block: str, shows: Callable[[str], object], seconds: float) -> str:
        """Run a block again and again until it shows what the page says it will."""
        deadline = time.monotonic() + seconds
        while not shows(said := self.run(block)):
            assert time.monotonic() < deadline, f"{block}\n{said}"
            time.sleep(2)
        return said

    def _install(self, folder: Path) -> None:
        """Make the project's command line, as pip would, but without asking a registry for boto3."""
        folder.mkdir()
        command = folder / "spotfailover"
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m spot_failover.cli.main "$@"\n')
        command.chmod(0o755)

    def _here(self, block: str) -> str:
        for text, replacement in self._replaced.items():
            block = block.replace(text, replacement)
        return block
