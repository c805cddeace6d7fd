"""Droughts over a service with a standby: modes `standby` and `backfill`, as users meet them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from spot_failover.domain.policy import Mode, Policy, Restore, Standby
from spot_failover.domain.record import Phase
from tests.unit.jobs.fleet import Fleet
from tests.unit.jobs.home import assert_home
from tests.unit.jobs.place import STANDBY

QUICK = Restore(window_seconds=300, backoff_seconds=900, max_backoff_seconds=1200)
STANDBY_MODE = Policy(mode=Mode.STANDBY, restore=QUICK, standby=Standby(service_name=STANDBY))
BACKFILL_MODE = replace(STANDBY_MODE, mode=Mode.BACKFILL)
both_modes = pytest.mark.parametrize(
    "policy", [pytest.param(STANDBY_MODE, id="standby"), pytest.param(BACKFILL_MODE, id="backfill")]
)


@both_modes
@pytest.mark.parametrize("load_balancer", [False, True])
def test_a_drought_is_served_by_the_standby_and_given_back(policy: Policy, load_balancer: bool) -> None:
    fleet = Fleet(policy=policy, load_balancer=load_balancer)
    fleet.drought()
    fleet.run(minutes=5)
    assert fleet.standby.healthy == 6
    fleet.calm()
    fleet.run(minutes=55)
    assert_home(fleet, desired=6)
    story = [told for told in fleet.told if told != "Service Restoring"]
    assert story == ["Service Failing Over", "Service On Demand", "Service Restored"]


def test_in_standby_mode_spot_is_at_zero_while_the_standby_serves() -> None:
    fleet = Fleet(policy=STANDBY_MODE)
    fleet.drought()
    fleet.in_phase(Phase.ON_DEMAND)
    assert (fleet.spot.desired, fleet.standby.desired) == (0, 6)


def test_in_backfill_mode_ecs_goes_on_asking_for_spot() -> None:
    fleet = Fleet(policy=BACKFILL_MODE)
    fleet.weather(4)
    fleet.in_phase(Phase.ON_DEMAND)
    assert (fleet.spot.desired, fleet.spot.healthy, fleet.standby.desired) == (6, 4, 2)
    assert [update["service"] for update in fleet.updates] == [STANDBY]


@both_modes
def test_calm_weather_costs_no_update_at_all(policy: Policy) -> None:
    fleet = Fleet(policy=policy)
    fleet.run(minutes=120)
    assert (fleet.updates, fleet.told) == ([], [])
