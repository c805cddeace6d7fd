"""What no event tells, the survey sees."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.conftest import ANY_ORDER
from tests.e2e.installation import Installation
from tests.e2e.places import SOUTH
from tests.e2e.services import Service


@pytest.fixture
def _no_event_arrives(installation: Installation) -> Iterator[None]:
    installation.control.events(lost=1.0)
    yield
    installation.control.events(**ANY_ORDER)


@pytest.mark.usefixtures("_no_event_arrives")
def test_a_service_that_lacks_tasks_without_a_word_moves_all_the_same(installation: Installation) -> None:
    service = Service(installation, SOUTH, "unheard").create(cpu=2048).running().register()
    # No other service there has tasks of this size.
    drought = {"region": SOUTH.region, "account": SOUTH.account, "size": "2048/4096"}
    installation.control.weather(**drought, capacity="drought")
    try:
        service.in_phase("failing_over", "on_demand")
        assert {row["kind"] for row in service.evidence()} == {"spot_deficit"}
    finally:
        installation.control.weather(**drought, capacity="calm")
