"""Cold import of each function, against importing boto3 and making the clients that the function needs.

Each sample is a new interpreter over what Lambda has: boto3 from the environment, the rest from the zip.
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
CLIENTS = {"observe": ("dynamodb", "sqs"), "work": ("dynamodb", "sqs", "sts", "ecs", "ssm", "events")}


def figures() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(ZIP) as package:
            package.extractall(folder)
        return [figure for name in CLIENTS for figure in _figures(name, folder)]


def _figures(name: str, package: str) -> list[Figure]:
    clients = "; ".join(f"boto3.client({client!r})" for client in CLIENTS[name])
    base = f"import boto3; {clients}"
    ours = f"import spot_failover.functions.{name}; {base}"
    # Turn about, so that what the machine does besides falls on both alike.
    pairs = [(_seconds(base, package), _seconds(ours, package)) for _ in range(SAMPLES)]
    boto3, function = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = function / boto3
    value = f"{function * 1000:.0f} ms, boto3 and its clients {boto3 * 1000:.0f} ms: {ratio:.2f} ×"
    return [Figure(f"cold import of {name} (median of {SAMPLES})", value, f"≤ {BUDGET} ×", ratio <= BUDGET)]


def _seconds(statement: str, package: str) -> float:
    program = f"import time; start = time.perf_counter(); {statement}; print(time.perf_counter() - start)"
    environment = {**os.environ, "PYTHONPATH": package, "AWS_DEFAULT_REGION": "eu-central-1"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def package_figure() -> Figure:
    megabytes = ZIP.stat().st_size / 1e6
    return Figure("package", f"{megabytes:.2f} MB", "≤ 1.5 MB", megabytes <= 1.5)  # noqa: PLR2004 - the budget
