"""A stage for each test, with the service registered."""

import pytest

from tests.unit.jobs.stage import Stage


@pytest.fixture
def stage() -> Stage:
    made = Stage()
    made.register()
    return made
