"""The hub of an earlier commit, from this repository's own history, zip and all."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from io import BytesIO
from pathlib import Path
from typing import Final

from simulator.terraform import REPOSITORY
from tests.reliability.earlier import BEFORE_COMMANDS

# What `make package` reads, and what Terraform does.
SOURCES: Final = ("lambda_src", "modules", "requirements", "tools")


def earlier_commit() -> str | None:
    """Return the hub to upgrade from; None where the checkout knows no earlier commit.

    It is the last one before commands and metrics, whose records are stored here too, or else, in a history
    that does not go back to it, the one before the checkout's.
    """
    for commit in (BEFORE_COMMANDS, "HEAD~1"):
        found = subprocess.run(
            ["git", "rev-parse", "--quiet", "--verify", f"{commit}^{{commit}}"],
            cwd=REPOSITORY,
            check=False,
            capture_output=True,
            text=True,
        )
        if found.returncode == 0:
            return found.stdout.strip()
    return None


def modules_of(commit: str, folder: Path) -> Path:
    """Check a commit's sources out into a folder, build its zip there, and return its modules."""
    archive = subprocess.run(
        ["git", "archive", commit, *SOURCES], cwd=REPOSITORY, check=True, stdout=subprocess.PIPE
    ).stdout
    with tarfile.open(fileobj=BytesIO(archive)) as sources:
        sources.extractall(folder, filter="data")
    # What both pin alike is installed already, and needs no network.
    (folder / "build").mkdir()
    (folder / "build" / "package").symlink_to(REPOSITORY / "build" / "package")
    subprocess.run([sys.executable, str(folder / "tools" / "package.py")], check=True)
    return folder / "modules"
