"""`python -m simulator.backtest.sweep`: one setting after another over many seeds, flapping and traces."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from simulator.backtest.contender import Contender, ServiceSpec
from simulator.backtest.outcome import Outcome
from simulator.backtest.parallel import run_all
from simulator.backtest.prices import Prices
from simulator.backtest.rivals import Clairvoyant
from simulator.backtest.scenario import FLAPPING, GENERATED, Scenario, scenario
from simulator.backtest.sweep import table
from simulator.backtest.sweep.variations import VALUES, Variation, variations
from simulator.backtest.weather import WeatherFileError, WeatherPlan

OUT: Final = Path(__file__).parents[3] / "build" / "sweep"
TRACES: Final = "traces"
Play = Callable[
    [Sequence[Contender], WeatherPlan, Sequence[ServiceSpec], int, Callable[[Sequence[float]], object]],
    Sequence[Outcome],
]


def main(arguments: Sequence[str] | None = None, play: Play = run_all) -> int:
    """Run the sweep; returns the exit status. `play` lets contenders play one weather."""
    options = _parser().parse_args(arguments)
    kinds = variations(options.setting)
    try:
        weathers = list(_weathers(options))
    except WeatherFileError as error:
        print(f"sweep: {error}", file=sys.stderr)
        return 2
    found: dict[tuple[Variation, str], list[Outcome]] = {}
    bounds: dict[str, list[Outcome]] = {}
    for done, (weather, chosen) in enumerate(weathers, start=1):
        players: list[Contender] = [Clairvoyant(chosen.plan), *(kind.contender() for kind in kinds)]
        bound, *outcomes = play(players, chosen.plan, chosen.specs, options.first_seed, lambda _: None)
        bounds.setdefault(weather, []).append(bound)
        for kind, outcome in zip(kinds, outcomes, strict=True):
            found.setdefault((kind, weather), []).append(outcome)
        print(f"sweep: {done} of {len(weathers)}: {chosen.plan.name} is done", flush=True)
    lines = [
        table.line(kind, weather, outcomes, bounds[weather], Prices())
        for (kind, weather), outcomes in found.items()
    ]
    about = _about(options, weathers)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "sweep.md").write_text(table.markdown(lines, about), encoding="utf-8")
    (options.out / "sweep.csv").write_text(table.csv_text(lines), encoding="utf-8")
    print(table.markdown(lines, about), end="")
    return 0


def _weathers(options: argparse.Namespace) -> Iterable[tuple[str, Scenario]]:
    """Return each weather under the name that it is added up by."""
    sizes = {"services": options.services, "tasks": options.tasks}
    for seed in range(options.first_seed, options.first_seed + options.seeds):
        yield GENERATED, scenario(GENERATED, days=options.days, seed=seed, **sizes)
        yield FLAPPING, scenario(FLAPPING, days=options.rough_days, seed=seed, **sizes)
    for path in sorted(options.traces.glob("*.csv")) if options.traces else ():
        yield TRACES, scenario(str(path), days=options.rough_days, seed=options.first_seed, **sizes)


def _about(options: argparse.Namespace, weathers: Sequence[tuple[str, Scenario]]) -> str:
    traces = sum(weather == TRACES for weather, _ in weathers)
    traced = f"{traces} traces of at most {options.rough_days} days" if traces else "no traces"
    return (
        f"{options.services} services of {options.tasks} tasks; {options.seeds} seeds from"
        f" {options.first_seed} on, each with {options.days} days of {GENERATED} and {options.rough_days} of"
        f" {FLAPPING} weather; {traced}."
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m simulator.backtest.sweep", description=__doc__)
    known = [f"{part}.{field}" for part, field, _, _ in VALUES]
    parser.add_argument(
        "--setting",
        action="append",
        default=[],
        choices=known,
        metavar="SETTING",
        help="default: all of them",
    )
    parser.add_argument("--seeds", type=int, default=10, metavar="N", help="default: %(default)s")
    parser.add_argument("--first-seed", type=int, default=1, metavar="N", help="default: %(default)s")
    parser.add_argument("--days", type=int, default=28, metavar="N", help="default: %(default)s")
    parser.add_argument(
        "--rough-days", type=int, default=7, metavar="N", help="of flapping and traces; default: %(default)s"
    )
    parser.add_argument("--services", type=int, default=4, metavar="N", help="default: %(default)s")
    parser.add_argument("--tasks", type=int, default=20, metavar="N", help="default: %(default)s")
    parser.add_argument("--traces", type=Path, metavar="DIR", help="a directory of CSV traces")
    parser.add_argument("--out", type=Path, default=OUT, metavar="DIR", help="default: build/sweep")
    return parser


if __name__ == "__main__":
    sys.exit(main())
