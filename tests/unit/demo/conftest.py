"""The story on paper, anew for each test."""

import pytest

from tests.unit.demo.run_on_paper import Paper, whole_story


@pytest.fixture
def paper() -> Paper:
    return whole_story()
