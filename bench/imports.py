"""Cold import of each function, against importing boto3 and making the clients that the function needs.

Each sample is a new interpreter over what Lambda has: boto3 from the environment, the rest from the zip.
The figures are medians, that of the ratio over pairs taken one after the other: a machine's pace drifts. The
zip holds sources only, and Lambda documents no bytecode: both ways are measured.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from bench.report import Figure

ROOT = Path(__file__).resolve().parents[1]
ZIP = ROOT / "modules" / "central-hub" / "package" / "spot_failover.zip"
SAMPLES = 15
BUDGET = 1.3
CLIENTS = {
    "console": ("dynamodb",),
    "observe": ("dynamodb", "sqs"),
    "work": ("dynamodb", "sqs", "sts", "ecs", "ssm", "events", "sns"),
}


def figures() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(ZIP) as package:
            package.extractall(folder)
        return [
            _figure(name, Path(folder), compiled=compiled) for compiled in (True, False) for name in CLIENTS
        ]


def _figure(name: str, package: Path, *, compiled: bool) -> Figure:
    clients = "; ".join(f"boto3.client({client!r})" for client in CLIENTS[name])
    base = f"import boto3; {clients}"
    ours = f"import spot_failover.functions.{name}; {base}"
    environment = _environment(package, compiled=compiled)
    # The first pair writes the bytecode.
    pairs = [(_seconds(base, environment), _seconds(ours, environment)) for _ in range(SAMPLES + 1)][1:]
    boto3, function = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(with_ours / alone for alone, with_ours in pairs)
    form = "bytecode" if compiled else "source"
    value = f"{function * 1000:.0f} ms, boto3 and its clients {boto3 * 1000:.0f} ms: {ratio:.2f} ×"
    return Figure(f"cold import of {name}, all from {form}", value, f"≤ {BUDGET} ×", ratio <= BUDGET)


def _environment(package: Path, *, compiled: bool) -> dict[str, str]:
    """Return an environment in which all modules, boto3's too, come from bytecode, or all from source."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {
        **kept,
        "PYTHONPATH": str(package),
        "PYTHONPYCACHEPREFIX": str(package / ("bytecode" if compiled else "none")),
        "AWS_DEFAULT_REGION": "eu-central-1",
        **({} if compiled else {"PYTHONDONTWRITEBYTECODE": "1"}),
    }


def _seconds(statement: str, environment: dict[str, str]) -> float:
    program = f"import time; start = time.perf_counter(); {statement}; print(time.perf_counter() - start)"
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def package_figure() -> Figure:
    megabytes = ZIP.stat().st_size / 1e6
    return Figure("package", f"{megabytes:.2f} MB", "≤ 1.5 MB", megabytes <= 1.5)  # noqa: PLR2004 - the budget
