"""A repository to release from: a clone whose origin is a bare one, with a stand-in for gh."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from spot_failover import __version__
from tools import release

REPOSITORY = Path(__file__).parents[3]
TAG, VERSION = "v1.2.3", "1.2.3"
ZIP_BYTES = b"stands in for the functions' zip\r\n\0"
CHANGELOG = """# Changelog

## [Unreleased]

### Added

- Something that nobody has yet.

## [1.2.3] - 2030-01-02

### Fixed

- What users noticed.

## [1.2.2] - 2029-12-31

### Added

- An old thing.

[1.2.3]: https://example.com/compare
"""
# Writes down how it was called; of releases it knows only those that it was told to create.
GH = """#!/usr/bin/env bash
printf '%s\\n' "$*" >>"$GH_CALLS"
case "$1 $2" in
  'release view') grep -q "^release create $3 " "$GH_CALLS" ;;
  'release create') [[ -z ${GH_REFUSES-} ]] ;;
esac
"""


@dataclass(frozen=True, slots=True)
class Checkout:
    """A clone, and what is around it."""

    folder: Path
    origin: Path
    environment: dict[str, str]

    def git(self, *arguments: str) -> str:
        return subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

    def make(self, target: str, tag: str = TAG) -> subprocess.CompletedProcess[str]:
        """Run a target of the Makefile as CI does; the zip is as `make package` left it."""
        return subprocess.run(
            ["make", "--silent", "--old-file=package", target, f"VERSION={tag}"],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def commit(self, message: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)

    def tag(self, tag: str = TAG) -> None:
        self.git("tag", "--force", tag)

    def prepared(self) -> str:
        """Prepare the release and return its commit."""
        done = self.make("release")
        assert done.returncode == 0, done.stderr
        return self.git("rev-parse", f"refs/heads/release/{TAG}")

    def handed_on(self, folder: Path) -> Checkout:
        """Check the tag out anew, as shallow as GitHub does, with what was prepared here and nothing else."""
        source = ["--quiet", "--depth=1", f"--branch={TAG}", f"file://{self.origin}"]
        subprocess.run(
            ["git", "-c", "advice.detachedHead=false", "clone", *source, str(folder)],
            env=self.environment,
            check=True,
        )
        shutil.copytree(self.folder / release.OUTPUT, folder / release.OUTPUT)
        return Checkout(folder, self.origin, self.environment)

    def calls_of_gh(self) -> list[str]:
        calls = Path(self.environment["GH_CALLS"])
        return calls.read_text().splitlines() if calls.exists() else []

    def at_origin(self, ref: str) -> str:
        """Return the commit of a ref at the origin; empty where there is none."""
        return self.git("ls-remote", str(self.origin), ref).partition("\t")[0]


@pytest.fixture(scope="session")
def fit(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """Return a repository whose tag v1.2.3 is pushed, and is fit to be released; tests work on copies."""
    home = tmp_path_factory.mktemp("release")
    (home / "bin").mkdir()
    (home / "bin/gh").write_text(GH)
    (home / "bin/gh").chmod(0o755)
    found = checkout_in(home)
    found.folder.mkdir()
    found.git("init", "--quiet", "--initial-branch=main")
    found.git("config", "user.name", "Someone")
    found.git("config", "user.email", "someone@example.com")
    for name in ("Makefile", ".gitignore", ".gitattributes", "tools/release.py", "tools/find-python.sh"):
        (found.folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(REPOSITORY / name, found.folder / name)
    for file in release.VERSIONS:
        text = (REPOSITORY / file).read_text()
        (found.folder / file).parent.mkdir(parents=True)
        (found.folder / file).write_text(text.replace(f'"{__version__}"', f'"{VERSION}"'))
    (found.folder / release.CHANGELOG).write_text(CHANGELOG)
    found.commit("Everything")
    found.tag()
    found.git("clone", "--quiet", "--bare", ".", str(found.origin))
    (found.folder / release.ZIP).parent.mkdir(parents=True)
    (found.folder / release.ZIP).write_bytes(ZIP_BYTES)
    return found


@pytest.fixture
def checkout(fit: Checkout, tmp_path: Path) -> Checkout:
    """Return a copy, with an origin of its own."""
    shutil.copytree(fit.folder.parent, tmp_path, dirs_exist_ok=True)
    found = checkout_in(tmp_path)
    found.git("remote", "add", "origin", f"file://{found.origin}")
    return found


def checkout_in(home: Path) -> Checkout:
    environment = {
        "PATH": f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "GH_CALLS": str(home / "gh-calls"),
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    return Checkout(home / "checkout", home / "origin.git", environment)
