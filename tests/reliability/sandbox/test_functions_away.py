"""Nobody works for longer than evidence counts: what waited in the queues is taken in as history."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.e2e.places import HUB, NORTH
from tests.e2e.services import SPOT, Service
from tests.reliability.sandbox.conftest import Stand, interruptions

WINDOW_SECONDS = 10


def test_interruptions_that_waited_in_the_queues_are_kept_and_move_nothing(stand: Stand) -> None:
    here = stand.installation
    late = Service(here, NORTH, "late").create(desired=4).running()
    late.register(thresholds={"window_seconds": WINDOW_SECONDS, "placement_failures": 1, "interruptions": 2})
    with stand.functions_off():
        gone = late.interrupt(3)
        late.running()
        here.control.tick()
        assert here.waiting(HUB, "fargate-spot-interruption-queue") > 0
        stand.elapsed(2 * WINDOW_SECONDS, since=datetime.now(UTC))
        assert interruptions(late) == set()
    here.until(
        lambda: interruptions(late),
        lambda seen: seen == set(gone),
        what="the interruptions to be kept",
        ticking=False,
    )
    here.quiet()

    assert late.record()["phase"] == "steady"
    assert late.strategy() == SPOT
    assert late.calls("UpdateService") == []
    assert not here.dead_letters()
    late.unregister()
