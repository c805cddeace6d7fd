"""`pip install` from the repository gives a program that needs nothing but boto3."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools.package import ROOT

SOURCES = ("pyproject.toml", "LICENSE", "lambda_src")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install a copy of the sources, with the build backend that is here: no index is asked."""
    copy = tmp_path_factory.mktemp("clone")
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy / name)
    target = tmp_path_factory.mktemp("installed")
    options = ["--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--disable-pip-version-check"]
    subprocess.run(
        [sys.executable, "-m", "pip", "install", *options, "--target", str(target), str(copy)], check=True
    )
    return target


def test_the_program_runs_and_explains_itself(installed: Path) -> None:
    done = subprocess.run(
        [sys.executable, installed / "bin" / "spotfailover", "--help"],
        env={"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for command in ("status", "history", "pause", "resume", "failover", "restore", "freeze", "unfreeze"):
        assert f"    {command} " in done.stdout


def test_what_only_lambda_needs_is_not_installed(installed: Path) -> None:
    package = installed / "spot_failover"
    assert (package / "cli" / "main.py").exists()
    assert not (package / "functions").exists()
