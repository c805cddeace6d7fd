"""The package imports where Lambda imports it: a bare interpreter that has boto3 and nothing else."""

import importlib.metadata
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tools import package

# Runs with neither site-packages nor the environment's PYTHON variables. Arguments: the handler's module, the
# unzipped package and the folder that holds boto3. Prints where every loaded module came from.
IMPORT = """
import importlib, json, sys
sys.path += sys.argv[2:]
assert callable(importlib.import_module(sys.argv[1]).handler)
loaded = {name: getattr(module, "__file__", None) for name, module in sys.modules.items()}
print(json.dumps({name: file for name, file in loaded.items() if file}))
"""
# What Lambda itself sets, and no more: an import must not need the function's own settings.
LAMBDA_ENVIRONMENT = {
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_LAMBDA_FUNCTION_NAME": "spot-failover",
}


@pytest.fixture(scope="module")
def unzipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("task")
    dependencies = package.install_dependencies(package.LOCK, package.ROOT / "build" / "package")
    package.write(package.contents(package.SOURCES, dependencies), folder / "package.zip")
    with zipfile.ZipFile(folder / "package.zip") as opened:
        opened.extractall(folder / "unzipped")
    return folder / "unzipped"


@pytest.fixture(scope="module")
def boto3_only(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with boto3 and what it requires, linked from the virtual environment."""
    folder = tmp_path_factory.mktemp("boto3")
    for distribution in _closure("boto3"):
        for file in importlib.metadata.files(distribution) or ():
            top = folder / file.parts[0]
            if ".." not in file.parts and not top.exists():
                top.symlink_to(Path(str(file.locate())).parents[len(file.parts) - 1] / file.parts[0])
    return folder


def _closure(name: str) -> set[str]:
    found: set[str] = set()
    waiting = [name]
    while waiting:
        if (name := waiting.pop()) not in found:
            found.add(name)
            required = map(Requirement, importlib.metadata.requires(name) or ())
            waiting += [one.name for one in required if not one.marker or one.marker.evaluate({"extra": ""})]
    return found


@pytest.mark.parametrize(
    "module",
    ["spot_failover.functions.console", "spot_failover.functions.observe", "spot_failover.functions.work"],
)
def test_a_handler_imports_with_nothing_but_the_package_and_boto3(
    module: str, unzipped: Path, boto3_only: Path
) -> None:
    arguments = [sys.executable, "-I", "-S", "-B", "-c", IMPORT, module, str(unzipped), str(boto3_only)]
    done = subprocess.run(arguments, env=LAMBDA_ENVIRONMENT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    loaded: dict[str, str] = json.loads(done.stdout)
    assert Path(loaded[module]).is_relative_to(unzipped)
    allowed = (unzipped, boto3_only, Path(json.__file__).parents[1])
    assert [
        name for name, file in loaded.items() if not any(Path(file).is_relative_to(one) for one in allowed)
    ] == []


def test_the_bare_interpreter_lacks_what_is_neither_in_the_package_nor_in_boto3(
    unzipped: Path, boto3_only: Path
) -> None:
    arguments = [sys.executable, "-I", "-S", "-B", "-c", IMPORT, "rich", str(unzipped), str(boto3_only)]
    done = subprocess.run(arguments, env=LAMBDA_ENVIRONMENT, capture_output=True, text=True, check=False)

    assert "No module named 'rich'" in done.stderr
