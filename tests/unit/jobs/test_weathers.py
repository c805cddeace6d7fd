"""Over generated weathers with every fault: the invariant holds, all services come home, and none flaps.

A failure names the mode and seed, which make it again: `PYTEST_ARGS="-k 'standby and block2'"`, or in a
shell `Weather(Mode.STANDBY, 27).pass_over()`. It shows a timeline.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from spot_failover.domain.policy import Mode
from spot_failover.domain.record import Message, Phase
from spot_failover.domain.scaling import Suspended
from tests.unit.jobs.fleet import Fleet
from tests.unit.jobs.happenings import DESIRED
from tests.unit.jobs.home import come_home
from tests.unit.jobs.place import STANDBY
from tests.unit.jobs.weathers import Weather

pytestmark = pytest.mark.usefixtures("_unlogged")

SEEDS = 68  # for each mode
BLOCK = 17
DAY = timedelta(days=1)
FAILED_OVER = "Service Failing Over"
ARRIVED = "Service On Demand"
TRIED = "Service Restoring"


@pytest.mark.parametrize("first", range(0, SEEDS, BLOCK), ids=lambda first: f"block{first // BLOCK}")
@pytest.mark.parametrize("mode", Mode)
def test_after_any_weather_every_service_is_home_and_none_has_flapped(mode: Mode, first: int) -> None:
    for seed in range(first, first + BLOCK):
        weather = Weather(mode, seed)
        try:
            weather.pass_over()
            come_home(weather.fleet)
            assert_original(weather.fleet)
            assert_calm(weather)
        except AssertionError as error:
            error.add_note(f"This is Weather(Mode.{mode.name}, {seed}).")
            raise


def assert_original(fleet: Fleet) -> None:
    """Check that the owners find what they had: strategy, rolling settings, scaling."""
    found, wanted = fleet.described(), fleet.created
    strategy = {tuple(sorted(item.items())) for item in found["capacityProviderStrategy"]}
    original = {tuple(sorted(({"base": 0} | item).items())) for item in wanted["capacityProviderStrategy"]}
    assert strategy == original
    for name, value in wanted["deploymentConfiguration"].items():
        assert found["deploymentConfiguration"][name] == value
    assert fleet.suspended in {None, Suspended()}


def assert_calm(weather: Weather) -> None:
    """Check that no limit of a day was passed, and that what was done has a reason."""
    fleet, limit = weather.fleet, weather.policy.restore.tries_per_day
    if weather.mode is Mode.BACKFILL:
        # It has no thresholds and no tries: what it does follows what Spot did.
        assert len(fleet.updates) <= 6 * weather.losses + 2 * fleet.died, fleet.watch.timeline()
        return
    # Where on-demand is short too, Spot may come back in the middle of a failover: that is no try of ours.
    tries = [told.time for told in moved(fleet, TRIED) if told.detail["previous_phase"] == Phase.ON_DEMAND]
    for at in tries:
        assert sum(at <= other < at + DAY for other in tries) <= limit, fleet.watch.timeline()
    assert len(moved(fleet, ARRIVED)) <= len(tries) + 1, fleet.watch.timeline()
    failovers = len(moved(fleet, FAILED_OVER))
    assert failovers <= weather.losses, fleet.watch.timeline()
    # One deployment each way; a standby is lowered step by step, as tasks hold.
    each = 2 if weather.mode is Mode.SWITCH else 2 * DESIRED
    assert len(fleet.updates) <= each * (failovers + len(tries)) + 2 * fleet.died, fleet.watch.timeline()
    assert not [request for request in fleet.updates if request["service"] not in {"web", STANDBY}]


def moved(fleet: Fleet, kind: str) -> list[Message]:
    return list({told.id: told for told in fleet.outbox.sent if told.detail_type == kind}.values())
