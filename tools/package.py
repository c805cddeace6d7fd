"""Build the Lambda package: the same sources and the same lock file give the same bytes.

Usage: python tools/package.py [ZIP]
"""

import argparse
import hashlib
import io
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "lambda_src"
LOCK = ROOT / "requirements" / "lambda.txt"
ZIP = ROOT / "modules" / "central-hub" / "package" / "spot_failover.zip"

RUNTIME = "3.13"
# What functions do not need: the first is more than half of Powertools, the last is for people to install.
LEFT_OUT = (
    "aws_lambda_powertools/event_handler/",
    "aws_lambda_powertools/utilities/auth_alpha/",
    "bin/",
    "spot_failover/cli/",
)
# The earliest time a zip can hold. A constant, because the hash of the zip is what Terraform compares.
TIMESTAMP = (1980, 1, 1, 0, 0, 0)
UNIX, READABLE = 3, 0o100644 << 16


def install_dependencies(lock: Path, cache: Path) -> Path:
    """Install what `lock` pins into a folder of `cache` named for its content, and return that folder.

    Only pure Python is accepted: one zip then runs on every architecture, and builds alike on every machine.
    """
    folder = cache / hashlib.sha256(lock.read_bytes()).hexdigest()[:16]
    if folder.exists():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    # Installed aside and moved into place whole: an interrupted or simultaneous build leaves no half of it.
    with tempfile.TemporaryDirectory(dir=cache) as aside:
        target = Path(aside) / "site"
        options = ["--quiet", "--disable-pip-version-check", "--no-input", "--no-compile", "--no-deps"]
        pure_python = ["--only-binary=:all:", f"--python-version={RUNTIME}", "--implementation=py"]
        pure_python += ["--abi=none", "--platform=any"]
        pip = [sys.executable, "-m", "pip", "install", *options, *pure_python, "--require-hashes"]
        subprocess.run([*pip, "--target", target, "--requirement", lock], check=True)
        try:
            target.rename(folder)
        except OSError:
            if not folder.exists():
                raise
    return folder


def contents(sources: Path, dependencies: Path) -> dict[str, bytes]:
    """Return every file of the package by its name in the zip: Python sources, and their licences."""
    return {
        name: path.read_bytes()
        for tree in (dependencies, sources)
        for path in _files(tree)
        if _belongs(name := path.relative_to(tree).as_posix())
    }


def write(files: Mapping[str, bytes], path: Path) -> bool:
    """Write the zip; leave an equal one untouched, and say whether it was written."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, TIMESTAMP)
            entry.create_system, entry.external_attr = UNIX, READABLE
            package.writestr(entry, files[name], zipfile.ZIP_DEFLATED, compresslevel=9)
    if path.exists() and path.read_bytes() == buffer.getvalue():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    # Put in place whole: someone may be reading the old one.
    new = path.with_name(f"{path.name}.{os.getpid()}")
    new.write_bytes(buffer.getvalue())
    new.replace(path)
    return True


def _files(tree: Path) -> Iterator[Path]:
    for folder, _, names in os.walk(tree):
        yield from (Path(folder, name) for name in names)


def _belongs(name: str) -> bool:
    if name.startswith(LEFT_OUT):
        return False
    return name.endswith(".py") or (".dist-info/" in name and "LICENSE" in name.rsplit("/", 1)[-1])


def main() -> None:
    """Build the zip where the central-hub module looks for it, or at the path given."""
    parser = argparse.ArgumentParser(description="Build the Lambda package.")
    parser.add_argument("zip", nargs="?", type=Path, default=ZIP)
    path: Path = parser.parse_args().zip.resolve()
    try:
        dependencies = install_dependencies(LOCK, ROOT / "build" / "package")
    except subprocess.CalledProcessError:
        sys.exit("package: pip could not install requirements/lambda.txt; what it said stands above")
    written = write(contents(SOURCES, dependencies), path)
    shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    print(f"package: {shown} {'written' if written else 'is up to date'}, {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
