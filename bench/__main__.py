"""Run the measurements, or those named.

TRACES=dir in the environment names a folder with real Spot traces; without it, what needs them says so.
"""

from __future__ import annotations

import argparse
import platform

from bench import calls, cost, failovers, imports, outages, runs, scale, weather
from bench.report import Figure, print_figures, print_summary

MEASUREMENTS = {
    "package": lambda: [imports.package_figure()],
    "imports": imports.figures,
    "failovers": failovers.figures,
    "calls": calls.figures,
    "outages": outages.figures,
    "scale": scale.figures,
    "weather": weather.figures,
    "cost": cost.figures,
    "runs": runs.figures,
}
# Only when they are named: they take longer than all the others.
BY_NAME = frozenset({"cost", "runs"})


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    known = f"{', '.join(MEASUREMENTS)}; all but {', '.join(BY_NAME)} if none is named"
    parser.add_argument("measurements", nargs="*", metavar="MEASUREMENT", help=known)
    names = parser.parse_args().measurements or [name for name in MEASUREMENTS if name not in BY_NAME]
    if unknown := [name for name in names if name not in MEASUREMENTS]:
        parser.error(f"there is no measurement {unknown[0]!r}; choose from {', '.join(MEASUREMENTS)}")
    figures: list[Figure] = []
    print(f"Python {platform.python_version()}, {platform.machine()}, {platform.system()}")
    for name in names:
        print(f"bench: measuring {name}", flush=True)
        measured = MEASUREMENTS[name]()
        print_figures(measured)
        figures += measured
    print_summary(figures)


if __name__ == "__main__":
    main()
