"""What nobody registered is never touched, only counted."""

from __future__ import annotations

from tests.e2e.installation import Installation
from tests.e2e.places import NORTH
from tests.e2e.services import SPOT, Service


def test_its_interruption_is_counted_and_nothing_else(installation: Installation) -> None:
    stranger = Service(installation, NORTH, "stranger").running()
    counted = installation.metric("UnprotectedInterruptions")
    stranger.interrupt(1)
    installation.until(
        lambda: installation.metric("UnprotectedInterruptions"),
        lambda count: count > counted,
        what="the interruption to be counted",
    )
    installation.quiet()
    assert stranger.strategy() == SPOT
    assert not stranger.record()
    calls, _ = installation.control.calls()
    assert not [
        call for call in calls if "stranger" in call["service"] and "assumed-role" in call["principal"]
    ]
