"""Run all measurements, or those named: failovers, imports, package, runs."""

from __future__ import annotations

import argparse
import platform

from bench import failovers, imports, runs
from bench.report import Figure, print_figures

MEASUREMENTS = {
    "package": lambda: [imports.package_figure()],
    "imports": imports.figures,
    "failovers": failovers.figures,
    "runs": runs.figures,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("measurements", nargs="*", metavar="MEASUREMENT", help=", ".join(MEASUREMENTS))
    names = parser.parse_args().measurements or list(MEASUREMENTS)
    if unknown := [name for name in names if name not in MEASUREMENTS]:
        parser.error(f"there is no measurement {unknown[0]!r}; choose from {', '.join(MEASUREMENTS)}")
    figures: list[Figure] = []
    for name in names:
        print(f"bench: measuring {name}", flush=True)
        figures += MEASUREMENTS[name]()
    print(f"Python {platform.python_version()}, {platform.machine()}, {platform.system()}")
    print_figures(figures)


if __name__ == "__main__":
    main()
