"""How long `make demo`, `make backtest` and `make test` take, as a user would start them."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

from bench.report import Figure

ROOT = Path(__file__).resolve().parents[1]
BUDGETS = {"demo": 300, "backtest": 180, "test": 720}


def figures() -> list[Figure]:
    return [_timed(target, budget) for target, budget in BUDGETS.items()]


def _timed(target: str, budget: int) -> Figure:
    log = ROOT / "build" / "bench" / f"make-{target}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    # Settings of an outer make, a jobserver say, are not a user's.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    started = time.perf_counter()
    with log.open("w") as output:
        done = subprocess.run(
            ["make", target], cwd=ROOT, env=environment, stdout=output, stderr=output, check=False
        )
    seconds = time.perf_counter() - started
    if done.returncode:
        raise RuntimeError(
            f"make {target} failed after {seconds:.0f} s; its output is in {log.relative_to(ROOT)}."
        )
    return Figure(f"make {target}", f"{seconds:.0f} s", f"≤ {budget} s", seconds <= budget)
