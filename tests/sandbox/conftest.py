"""One sandbox for all tests of a worker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulator.sandbox import Sandbox
from tests.sandbox.acting import OUTSIDER, Aws


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(time_factor=60, ticks=False, outsiders=[OUTSIDER]) as running:
        yield running


@pytest.fixture(scope="session")
def aws(sandbox: Sandbox) -> Aws:
    return Aws(sandbox)
