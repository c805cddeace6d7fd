"""`make demo`, or `python -m simulator.demo`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from simulator.console import ConsoleError
from simulator.demo import report
from simulator.demo.cast import hastened_policy
from simulator.demo.drill import DrillError
from simulator.demo.run import Options, run
from simulator.demo.story import StoryError
from simulator.sandbox import SandboxStartError
from simulator.sandbox.control import SandboxUnreachableError
from simulator.terraform import REPOSITORY, TerraformError

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """Someone wants the demo to end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.status = 128 + number


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo; returns the exit status: 0 where the story held, 1 where not, 130 after Ctrl-C."""
    options = _options(arguments)
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]  # nothing here may reach a real account
    for number in SIGNALS:
        signal.signal(number, _interrupt)
    try:
        return run(options)
    except Interrupted as interrupted:
        print("Interrupted; everything that was started is stopped.", file=sys.stderr)
        return interrupted.status
    except (
        TerraformError,
        SandboxStartError,
        SandboxUnreachableError,
        StoryError,
        DrillError,
        ConsoleError,
        BotoCoreError,
        ClientError,
    ) as error:
        print(f"\nThe demo failed. {error}", file=sys.stderr)
        print(f"See {options.output / report.SANDBOX_LOG} and the logs beside it.", file=sys.stderr)
        report.write_failure(options.output, str(error))
        return 1


def _options(arguments: Sequence[str] | None) -> Options:
    parser = argparse.ArgumentParser(
        prog="python -m simulator.demo",
        description="Apply a hub and two workload accounts to a local AWS, then watch Spot come and go.",
    )
    parser.add_argument(
        "--time-factor", type=float, default=30.0, help="how much faster ECS is than on AWS (20 or 30)"
    )
    parser.add_argument("--seed", type=int, default=1, help="decides what chance decides in the world")
    parser.add_argument(
        "--output",
        type=Path,
        default=REPOSITORY / "build" / "demo",
        help="where picture, figures and logs go",
    )
    parser.add_argument(
        "--keep", action="store_true", help="leave all of it running at the end, until Ctrl-C"
    )
    chosen = parser.parse_args(arguments)
    try:
        policy = hastened_policy(chosen.time_factor)
    except ValueError as error:
        parser.error(str(error))
    return Options(chosen.time_factor, policy, chosen.seed, chosen.output, chosen.keep)


def _interrupt(number: int, _: FrameType | None) -> None:
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)  # what cleans up is not to be interrupted again
    raise Interrupted(number)


if __name__ == "__main__":
    sys.exit(main())
