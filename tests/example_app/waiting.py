"""Wait for what happens in other processes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, TypeVar

Found = TypeVar("Found")

# Only to end a test that fails: a slow machine may take long.
SECONDS: Final = 90.0


def wait_for(look: Callable[[], Found | None], what: str) -> Found:
    """Return the first thing that `look` finds; fail where it finds nothing for long."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError(f"Waited {SECONDS:.0f} s in vain for {what}.")
