"""No change of ours takes healthy capacity below min(demand, healthy capacity now): in every mode, both ways.

The watch holds each UpdateService call against it, at the moment of the call, and fails with a timeline;
hypothesis shrinks what led there.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from spot_failover.domain.policy import Mode
from tests.unit.jobs.happenings import Happening, Scene, happenings, scenes
from tests.unit.jobs.home import come_home
from tests.unit.jobs.place import HERE, SERVICE

pytestmark = pytest.mark.usefixtures("_unlogged")

EXAMPLES = 50  # of each mode


def play(scene: Scene, what: list[Happening]) -> None:
    """Let it happen, then let calm weather have the service, and operators leave it alone."""
    fleet = scene.fleet()
    for happening in what:
        happening.happen(fleet)
    fleet.world.faults.stale_reads(0)
    fleet.world.weather.set_on_demand(HERE.account, HERE.region, capacity=None)
    fleet.calm()
    fleet.services.freeze(None)
    fleet.services.pause(SERVICE, None)
    come_home(fleet)


@settings(max_examples=EXAMPLES)
@given(scene=scenes(Mode.SWITCH), what=happenings())
def test_a_switch_takes_no_healthy_task_that_is_needed(scene: Scene, what: list[Happening]) -> None:
    play(scene, what)


@settings(max_examples=EXAMPLES)
@given(scene=scenes(Mode.STANDBY), what=happenings())
def test_a_standby_takes_no_healthy_task_that_is_needed(scene: Scene, what: list[Happening]) -> None:
    play(scene, what)


@settings(max_examples=EXAMPLES)
@given(scene=scenes(Mode.BACKFILL), what=happenings())
def test_a_backfill_takes_no_healthy_task_that_is_needed(scene: Scene, what: list[Happening]) -> None:
    play(scene, what)
