"""A stage for each test, with the service registered."""

import logging
from collections.abc import Iterator

import pytest

from tests.unit.jobs.stage import Stage


@pytest.fixture
def stage() -> Stage:
    made = Stage()
    made.register()
    return made


@pytest.fixture(scope="module")
def _unlogged() -> Iterator[None]:
    """Keep the log of hundreds of services and days out of memory: only its last lines would ever be read."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)
