"""Dry run changes nothing and says what it would do."""

from __future__ import annotations

import pytest

from tests.e2e.installation import Installation
from tests.e2e.places import EAST, NORTH, Place
from tests.e2e.services import SPOT, Service


@pytest.mark.parametrize(
    ("place", "name"),
    [
        pytest.param(NORTH, "careful", id="the service's policy"),
        pytest.param(EAST, "web", id="the spoke's operation"),
    ],
)
def test_it_says_what_would_happen_and_lets_it_be(
    installation: Installation, place: Place, name: str
) -> None:
    service = Service(installation, place, name).running().protected()
    service.interrupt(2)
    hold = installation.until(lambda: service.record().get("hold", {}), what="the decision that is held")
    assert (hold["kind"], hold["phase"]) == ("dry_run", "failing_over")
    assert hold["reason"].startswith("Dry run, nothing was changed. The service would go to failing_over: ")

    told = installation.until(
        lambda: installation.audit("Service Dry Run", service_id=service.key), what="the audit event of it"
    )
    assert told[-1]["detail"]["reason"].startswith("Dry run, nothing was changed.")
    service.running()
    installation.until(
        service.record, lambda record: "hold" not in record, what="nothing to be said any more"
    )
    assert service.record()["phase"] == "steady"
    assert service.strategy() == SPOT
    assert not service.calls("UpdateService")
