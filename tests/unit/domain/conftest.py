"""One calm scene for each test."""

import pytest

from tests.unit.domain.scene import Scene


@pytest.fixture
def scene() -> Scene:
    return Scene()
