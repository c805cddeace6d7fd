"""One world for each test."""

import pytest

from tests.unit.world.stage import Stage


@pytest.fixture
def stage() -> Stage:
    return Stage()
