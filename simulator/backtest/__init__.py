"""Policies side by side over the same weather, in virtual time."""

import sys
from pathlib import Path

# The backtest runs the package's own jobs, which no installation puts on the path.
_REPOSITORY = Path(__file__).parents[2]
sys.path.append(str(_REPOSITORY / "lambda_src"))
