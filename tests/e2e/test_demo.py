"""The demo as CI sees it: no terminal, an exit status, a result to read."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator.terraform import REPOSITORY

# Five minutes by the clock on two cores; other tests run beside it.
STORY_SECONDS = 600.0
START_SECONDS = 120.0
PROCESSES = Path("/proc")

pytestmark = pytest.mark.timeout(STORY_SECONDS + 60)


@contextlib.contextmanager
def demo(output: Path, mark: str) -> Iterator[subprocess.Popen[str]]:
    """Run the demo; whatever happens, it is told to end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "simulator.demo", "--output", str(output)],
        cwd=REPOSITORY,
        env={**os.environ, "DEMO_TEST": mark},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=60)


def still_running(mark: str) -> list[str]:
    """Return the command lines of processes that inherited the mark."""
    found = []
    for process in PROCESSES.glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"DEMO_TEST={mark}".encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_text().replace("\0", " "))
    return found


@pytest.fixture(scope="module")
def told_and_result(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any], Path]:
    output = tmp_path_factory.mktemp("demo")
    with demo(output, uuid.uuid4().hex) as process:
        told, _ = process.communicate(timeout=STORY_SECONDS)
    assert process.returncode == 0, told
    result: dict[str, Any] = json.loads((output / "result.json").read_text(encoding="utf-8"))
    return told, result, output


def test_the_story_holds_and_its_figures_are_read_from_the_run(
    told_and_result: tuple[str, dict[str, Any], Path],
) -> None:
    _, result, _ = told_and_result
    assert (result["ok"], result["failures"], result["time_factor"]) == (True, [], 30.0)
    by_cause = [(failover["key"]["service"], failover["cause"]) for failover in result["failovers"]]
    assert sorted(by_cause) == [
        ("api", "drought"),
        ("test-cluster-service", "drill"),
        ("web", "drought"),
        ("web", "drought"),
        ("web", "failed restore"),
        ("worker", "drought"),
    ]
    for failover in result["failovers"]:
        assert 0 < failover["detected_seconds"] < failover["called_seconds"] < 30
        assert failover["updates"] == 1
        if failover["cause"] == "failed restore":
            assert failover["up_seconds"] == failover["outage_seconds"] == 0
        else:
            # A task starts within 60 to 160 seconds; ECS takes a moment more for each batch of launches.
            assert 60 <= failover["up_seconds"] < 300


def test_users_of_every_mode_were_better_off_than_without_the_hub(
    told_and_result: tuple[str, dict[str, Any], Path],
) -> None:
    told, result, _ = told_and_result
    felt = {(row["key"]["region"], row["key"]["service"]): row for row in result["felt"]}
    for service in ("web", "api", "worker"):
        row = felt["eu-central-1", service]
        assert row["users"]["availability"] > row["without"]["availability"]
    unregistered = felt["eu-central-1", "reports"]
    # Nobody looks after it: what the second world says of it is what really happened, but for chance.
    assert unregistered["users"]["availability"] == pytest.approx(
        unregistered["without"]["availability"], abs=0.15
    )
    assert "without the hub" in told


def test_each_line_says_who_runs_what_where_and_why(
    told_and_result: tuple[str, dict[str, Any], Path],
) -> None:
    told, _, _ = told_and_result
    lines = told.splitlines()
    assert any("222222222222 eu-central-1 shop/web" in line and "  failing_over: " in line for line in lines)
    assert any("The restore failed and is taken back" in line for line in lines)
    assert any("test-cluster2/test-cluster-service" in line and "This is a drill." in line for line in lines)
    assert any("  steady: Spot has held for 20 s" in line for line in lines)
    assert any("shop/api" in line and "All 6 tasks run on demand, in the standby." in line for line in lines)
    assert any("shop/worker" in line and "  steady: Spot holds all 5 tasks again." in line for line in lines)
    assert "30 times as fast as on AWS" in " ".join(told.split())


def test_what_is_named_at_the_end_is_there(told_and_result: tuple[str, dict[str, Any], Path]) -> None:
    told, _, output = told_and_result
    assert (output / "drought.svg").stat().st_size > 0
    for name in (
        "timeline.png",
        "console.html",
        "messages.md",
        "functions.log",
        "state.json",
        "recording.json",
        "hub/terraform.log",
    ):
        assert (output / name).stat().st_size > 0
        assert str(output / name) in told


def test_a_channel_would_have_seen_each_move_with_what_comes_next(
    told_and_result: tuple[str, dict[str, Any], Path],
) -> None:
    _, _, output = told_and_result
    page = (output / "messages.md").read_text(encoding="utf-8")
    for said in (
        "web in shop fails over to on-demand** (warning)",
        "api in shop is back on Spot",
        "→ Spot is tried",
    ):
        assert said in page


@pytest.mark.skipif(not PROCESSES.is_dir(), reason="processes are looked up in /proc")
def test_ctrl_c_leaves_no_process_behind(tmp_path: Path) -> None:
    mark = uuid.uuid4().hex
    with demo(tmp_path, mark) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "terraform hub:" in line:
                break
        assert len(still_running(mark)) > 2  # the demo, its sandbox, Terraform and the provider
        process.send_signal(signal.SIGINT)
        told, _ = process.communicate(timeout=START_SECONDS)
    assert process.returncode == 130
    assert "everything that was started is stopped" in told
    deadline = time.monotonic() + 10
    while still_running(mark) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert still_running(mark) == []
