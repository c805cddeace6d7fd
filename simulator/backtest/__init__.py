"""Policies side by side over the same weather, in virtual time."""

import os
import sys
from pathlib import Path

_REPOSITORY = Path(__file__).resolve().parents[2]
# The package is not installed anywhere: it is taken from where its zip is made of it.
sys.path.append(str(_REPOSITORY / "lambda_src"))
# matplotlib would keep its cache in the user's home.
os.environ.setdefault("MPLCONFIGDIR", str(_REPOSITORY / "build" / "matplotlib"))
