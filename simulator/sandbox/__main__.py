"""Runs the command line."""

import sys

from simulator.sandbox.cli import main

sys.exit(main())
