"""The program `spotfailover`."""

from __future__ import annotations

import logging
import os
import sys

from spot_failover.cli.aws import connect
from spot_failover.cli.program import run
from spot_failover.cli.terminal import Terminal


def main() -> None:
    """Run it for the shell."""
    # What the package logs for its functions is said in sentences here.
    logging.getLogger("spot_failover").addHandler(logging.NullHandler())
    sys.exit(run(sys.argv[1:], os.environ, Terminal(), connect))


if __name__ == "__main__":
    main()
