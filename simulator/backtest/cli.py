"""`python -m simulator backtest`: policies side by side over the same weather."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from rich.console import Console

from simulator.backtest import report
from simulator.backtest.comparison import Comparison
from simulator.backtest.contestants import OURS, RIVALS, UnknownPolicyError, contestants, names
from simulator.backtest.parallel import run_all
from simulator.backtest.prices import Prices
from simulator.backtest.progress import Bars
from simulator.backtest.scenario import FLAPPING, GENERATED, UnknownWeatherError, scenario
from simulator.backtest.weather import WeatherFileError

OUT: Final = Path(__file__).parents[2] / "build" / "backtest"
# All policies over this much weather take one to two minutes on two cores.
DAYS: Final = 56
SERVICES: Final = 4
TASKS: Final = 20

NOTES: Final = f"""\
weather:
  {GENERATED}    droughts on some mornings and single interruptions, drawn by the seed
  {FLAPPING}     capacity that comes and goes all day
  FILE.csv     a trace: t_seconds,available[,preempted_count]
  FILE.jsonl   your own ECS events, one a line, with your own services: an estimate

policies:
  {", ".join(names())}, or FILE.json with a policy as `protected-service` writes it
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = NOTES
    prices = Prices()
    parser.add_argument("--weather", default=GENERATED, metavar="WEATHER", help="default: %(default)s")
    for name, default, told in (
        ("--days", DAYS, "the most of a trace"),
        ("--services", SERVICES, "how many"),
        ("--tasks", TASKS, "of each service"),
    ):
        parser.add_argument(
            name, type=_at_least_one, default=default, metavar="N", help=f"{told}; default: %(default)s"
        )
    parser.add_argument(
        "--policy",
        action="extend",
        nargs="+",
        metavar="POLICY",
        help=f"default: {OURS} {RIVALS}",
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="default: %(default)s")
    parser.add_argument(
        "--out",
        type=Path,
        default=OUT,
        metavar="DIR",
        help="where tables and pictures go; default: build/backtest",
    )
    for name, usual in (
        ("--on-demand-price", (prices.on_demand_vcpu, prices.on_demand_gb)),
        ("--spot-price", (prices.spot_vcpu, prices.spot_gb)),
    ):
        parser.add_argument(
            name,
            type=_price,
            nargs=2,
            default=usual,
            metavar=("VCPU", "GB"),
            help="dollars an hour; default: %(default)s",
        )


def backtest(options: argparse.Namespace) -> int:
    """Run the comparison that the command line asks for; returns the exit status."""
    try:
        _compare(options)
    except (UnknownPolicyError, UnknownWeatherError, WeatherFileError) as error:
        print(f"backtest: {error}", file=sys.stderr)
        return 2
    return 0


def _compare(options: argparse.Namespace) -> None:
    chosen = scenario(
        options.weather,
        services=options.services,
        tasks=options.tasks,
        days=options.days,
        seed=options.seed,
    )
    taking_part = contestants(options.policy or (OURS, RIVALS), chosen.plan)
    console = Console()
    with Bars(console, [contender.name for contender in taking_part]) as bars:
        outcomes = run_all(taking_part, chosen.plan, chosen.specs, options.seed, bars.update)
    prices = Prices(*options.on_demand_price, *options.spot_price)
    comparison = Comparison(chosen.plan, chosen.specs, options.seed, prices, outcomes)
    report.show(comparison, console)
    for path in report.write(comparison, options.out):
        console.print(f"Written: {path}", soft_wrap=True)


def _at_least_one(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{value} is too few; give 1 or more")
    return value


def _price(text: str) -> float:
    value = float(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"{text} dollars is no price; give 0 or more")
    return value


_at_least_one.__name__ = "whole number"
_price.__name__ = "price"
