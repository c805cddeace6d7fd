"""Operation drain brings services home without waiting for their backoff."""

from __future__ import annotations

from datetime import datetime

from tests.e2e.drought import REHEARSED_TASKS, Drought
from tests.e2e.services import SPOT


def test_services_on_demand_go_back_to_spot_long_before_their_time(drought: Drought) -> None:
    for record in drought.before_the_drain:
        assert record["phase"] == "on_demand"
        assert datetime.fromisoformat(record["not_before"]) > drought.drained_at


def test_they_end_as_they_were(drought: Drought) -> None:
    assert drought.plain.strategy() == SPOT
    assert drought.rehearsed.counts() == ((REHEARSED_TASKS, 0), (REHEARSED_TASKS, 0))
