"""`python -m simulator`: what can be done with the model of Fargate in virtual time."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from simulator.backtest import cli


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m simulator",
        description=__doc__,
        epilog="In real time: python -m simulator.sandbox and python -m simulator.demo.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    cli.add_arguments(commands.add_parser("backtest", help=cli.__doc__, description=cli.__doc__))
    try:
        return cli.backtest(parser.parse_args(arguments))
    except KeyboardInterrupt:
        print("Interrupted; nothing was written.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
