"""A local AWS for whole systems: ministack, corrected where AWS is stricter, with a modelled Fargate behind.

`Sandbox` starts one in a child process; `python -m simulator.sandbox` runs one in a terminal.
"""

from simulator.sandbox.control import Control
from simulator.sandbox.process import Sandbox, SandboxStartError

__all__ = ["Control", "Sandbox", "SandboxStartError"]
