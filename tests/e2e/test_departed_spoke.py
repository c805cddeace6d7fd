"""An account whose spoke is destroyed while its services are still registered."""

from __future__ import annotations

from tests.e2e.conftest import Fleet
from tests.e2e.installation import Installation
from tests.e2e.places import EAST
from tests.e2e.services import SPOT, Service


def test_nothing_is_touched_and_a_sentence_says_why(installation: Installation, fleet: Fleet) -> None:
    web = Service(installation, EAST, "web").running().protected()
    assert not installation.dead_letters(EAST)
    fleet.apply(east_takes_part=False)
    spoke = installation.until(
        lambda: installation.spoke(EAST),
        lambda spoke: "last_error" in spoke,
        what="the hub to note that it cannot look any more",
    )
    assert EAST.account in spoke["last_error"]
    assert "was not allowed" in spoke["last_error"]
    assert installation.until(
        lambda: installation.audit("Spoke Gone", account=EAST.account), what="the audit event of it"
    )

    web.interrupt(2)
    web.running()
    installation.quiet()
    assert web.strategy() == SPOT
    assert not web.calls("UpdateService")
    assert not installation.dead_letters()
