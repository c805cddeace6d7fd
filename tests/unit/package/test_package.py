"""The Lambda package: what is in it, and that the same sources give the same bytes."""

import os
import re
import zipfile
from pathlib import Path

import pytest

from tools import package

LOCKED = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)
COMPILED = {".so", ".pyd", ".dylib", ".dll", ".pyc", ".a", ".o"}


@pytest.fixture(scope="module")
def dependencies() -> Path:
    """Return the folder of installed dependencies that `make package` made, or names what is missing."""
    return package.install_dependencies(package.LOCK, package.ROOT / "build" / "package")


@pytest.fixture(scope="module")
def built(dependencies: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("package") / "spot_failover.zip"
    package.write(package.contents(package.SOURCES, dependencies), path)
    return path


def _names(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as opened:
        return opened.namelist()


def _tree(folder: Path, order: list[str]) -> Path:
    for name in order:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"# {name}\n")
    return folder


def test_the_same_sources_give_the_same_bytes_whatever_their_order_times_and_modes(tmp_path: Path) -> None:
    names = ["spot_failover/b.py", "spot_failover/a.py", "spot_failover/jobs/c.py"]
    nothing = tmp_path / "nothing"
    nothing.mkdir()
    first = _tree(tmp_path / "first", names)
    second = _tree(tmp_path / "second", names[::-1])
    for path in second.rglob("*.py"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
        path.chmod(0o600)

    package.write(package.contents(first, nothing), tmp_path / "first.zip")
    package.write(package.contents(second, nothing), tmp_path / "second.zip")

    assert (tmp_path / "first.zip").read_bytes() == (tmp_path / "second.zip").read_bytes()


def test_an_equal_package_is_left_untouched_and_a_changed_one_is_written(tmp_path: Path) -> None:
    path = tmp_path / "made" / "package.zip"

    assert package.write({"a.py": b"1"}, path)
    assert not package.write({"a.py": b"1"}, path)
    assert package.write({"a.py": b"2"}, path)
    assert [file.name for file in path.parent.iterdir()] == ["package.zip"]


def test_every_module_of_the_sources_is_in_the_package_but_the_command_line(built: Path) -> None:
    sources = {path.relative_to(package.SOURCES).as_posix() for path in package.SOURCES.rglob("*.py")}
    left_out = {name for name in sources if name.startswith("spot_failover/cli/")}

    assert left_out
    assert sources - left_out == {name for name in _names(built) if name.startswith("spot_failover/")}


def test_every_pinned_dependency_comes_with_its_licence(built: Path) -> None:
    pinned = LOCKED.findall(package.LOCK.read_text())
    licences = {name.split("/")[0] for name in _names(built) if ".dist-info/" in name}

    assert pinned
    assert licences == {f"{name.replace('-', '_')}-{version}.dist-info" for name, version in pinned}


def test_nothing_but_python_sources_and_licences_is_in_the_package(built: Path) -> None:
    others = [name for name in _names(built) if not name.endswith(".py") and not name.endswith("/LICENSE")]

    assert others == []


def test_compiled_code_caches_and_tests_stay_out_of_the_package(tmp_path: Path, dependencies: Path) -> None:
    unwanted = [
        "spot_failover/__pycache__/a.cpython-313.pyc",
        "spot_failover/_fast.so",
        "spot_failover/a.txt",
    ]
    sources = _tree(tmp_path / "sources", ["spot_failover/a.py", *unwanted])

    assert [
        name for name in package.contents(sources, dependencies) if name.startswith("spot_failover/")
    ] == ["spot_failover/a.py"]
    assert [path for path in dependencies.rglob("*") if path.suffix in COMPILED] == []


def test_boto3_which_the_runtime_has_stays_out_of_the_package(built: Path) -> None:
    assert {"boto3", "botocore"}.isdisjoint(name.split("/")[0] for name in _names(built))


def test_the_package_is_within_its_budget_of_one_and_a_half_megabytes(built: Path) -> None:
    assert built.stat().st_size <= 1_500_000


def test_the_package_holds_the_versions_that_the_tests_run_with() -> None:
    shipped = dict(LOCKED.findall(package.LOCK.read_text()))
    tested = dict(LOCKED.findall((package.LOCK.parent / "dev.txt").read_text()))

    assert {name: tested.get(name) for name in shipped} == shipped


def test_the_package_is_built_for_the_runtime_of_the_functions() -> None:
    module = "".join(
        path.read_text() for path in sorted((package.ROOT / "modules" / "central-hub").glob("*.tf"))
    )

    assert set(re.findall(r'"python(3\.\d+)"', module)) == {package.RUNTIME}
