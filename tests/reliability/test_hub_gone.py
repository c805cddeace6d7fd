"""The hub's region is gone for an hour: EventBridge keeps the events for a day, and hands them over late.

What they tell is an hour old by then. Only what ECS shows now may move a service. Messages that waited in a
dead-letter queue and are sent again are older still.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from spot_failover.domain.evidence import EvidenceKind
from spot_failover.domain.policy import Mode, Policy
from spot_failover.domain.record import Phase
from tests.reliability.absence import hub_returns, without_hub
from tests.reliability.modes import IN_STANDBY, SWITCH, every_mode
from tests.unit.jobs.fleet import Fleet
from tests.unit.jobs.home import assert_home, come_home
from tests.unit.jobs.place import SERVICE

TASKS = 6
with_phases = pytest.mark.parametrize(
    "policy", [pytest.param(SWITCH, id="switch"), pytest.param(IN_STANDBY, id="standby")]
)


def healthy(fleet: Fleet) -> int:
    return sum(fleet.watch.standing(key).healthy for key in fleet.pair.keys)


def kinds(fleet: Fleet) -> set[EvidenceKind]:
    return {row.kind for row in fleet.evidence.read(SERVICE, fleet.now - timedelta(hours=2))}


@every_mode
def test_a_drought_that_came_and_went_meanwhile_moves_nothing_any_more(policy: Policy) -> None:
    fleet = Fleet(policy=policy)
    fleet.drought()
    waiting = without_hub(fleet, minutes=20)
    fleet.calm()
    waiting += without_hub(fleet, minutes=40)
    fleet.update(desiredCount=TASKS + 2)  # some tasks are missing just now, and Spot is not to blame
    hub_returns(fleet, waiting)
    fleet.run(minutes=30)
    assert {EvidenceKind.SPOT_INTERRUPTION, EvidenceKind.SPOT_PLACEMENT_FAILURE} <= kinds(fleet)
    assert (fleet.told, fleet.updates) == ([], [])
    assert_home(fleet)


@every_mode
def test_interruptions_a_little_older_than_the_window_are_as_old_as_any(policy: Policy) -> None:
    fleet = Fleet(policy=policy)
    waiting = without_hub(fleet, minutes=54)
    fleet.interrupt(4)
    waiting += without_hub(fleet, minutes=6)
    assert healthy(fleet) == TASKS
    fleet.update(desiredCount=TASKS + 2)
    hub_returns(fleet, waiting)
    fleet.run(minutes=30)
    assert EvidenceKind.SPOT_INTERRUPTION in kinds(fleet)
    assert (fleet.told, fleet.updates) == ([], [])


@every_mode
def test_a_drought_that_lasts_is_seen_by_the_first_surveys_at_the_latest(policy: Policy) -> None:
    fleet = Fleet(policy=policy)
    fleet.drought()
    waiting = without_hub(fleet, minutes=60)
    assert healthy(fleet) == 0
    back = fleet.now
    hub_returns(fleet, waiting)
    fleet.run_until(lambda: healthy(fleet) == TASKS, minutes=10)
    # Detection by survey, and the start of a task.
    assert fleet.now - back <= timedelta(minutes=6)
    fleet.calm()
    come_home(fleet)


@every_mode
@pytest.mark.parametrize("ends", [pytest.param(True, id="calm by then"), pytest.param(False, id="drought")])
def test_a_failover_that_was_under_way_is_ended(policy: Policy, ends: bool) -> None:
    fleet = Fleet(policy=policy)
    fleet.drought()
    fleet.run(minutes=0.3)
    assert fleet.record.phase is Phase.FAILING_OVER
    waiting = without_hub(fleet, minutes=30)
    if ends:
        fleet.calm()
    waiting += without_hub(fleet, minutes=30)
    hub_returns(fleet, waiting)
    fleet.run(minutes=5)
    assert healthy(fleet) >= TASKS
    fleet.calm()
    come_home(fleet)


@every_mode
def test_a_service_on_demand_waits_for_the_hub_and_then_comes_home(policy: Policy) -> None:
    fleet = Fleet(policy=policy)
    fleet.drought()
    fleet.in_phase(Phase.ON_DEMAND)
    waiting = without_hub(fleet, minutes=20)
    fleet.calm()
    waiting += without_hub(fleet, minutes=40)
    assert healthy(fleet) >= TASKS
    hub_returns(fleet, waiting)
    come_home(fleet, hours=1)


@with_phases
def test_a_restore_that_met_a_second_drought_meanwhile_goes_back(policy: Policy) -> None:
    fleet = Fleet(policy=policy)
    fleet.drought()
    fleet.in_phase(Phase.ON_DEMAND)
    fleet.calm()
    fleet.in_phase(Phase.RESTORING, minutes=60)
    fleet.run(minutes=1)
    fleet.drought()
    waiting = without_hub(fleet, minutes=60)
    hub_returns(fleet, waiting)
    fleet.run(minutes=10)
    assert healthy(fleet) >= TASKS
    assert "Service Restore Failed" in fleet.told
    fleet.calm()
    come_home(fleet)


@every_mode
def test_what_owners_asked_for_meanwhile_is_kept(policy: Policy) -> None:
    fleet = Fleet(policy=policy)
    fleet.drought()
    fleet.in_phase(Phase.ON_DEMAND)
    fleet.calm()
    waiting = without_hub(fleet, minutes=30)
    scaled = "web" if policy.mode is not Mode.STANDBY else policy.standby.service_name
    fleet.update(scaled, desiredCount=9)
    fleet.pair.wish(9, fleet.now)
    waiting += without_hub(fleet, minutes=30)
    hub_returns(fleet, waiting)
    come_home(fleet, hours=2)
    assert fleet.spot.desired == 9


@every_mode
def test_what_is_sent_again_from_a_dead_letter_queue_is_history(policy: Policy) -> None:
    fleet = Fleet(policy=policy)
    fleet.drought()
    fleet.in_phase(Phase.ON_DEMAND)
    fleet.calm()
    come_home(fleet)
    letters: list[dict[str, Any]] = list(fleet.heard)
    told, updates = list(fleet.told), len(fleet.updates)
    fleet.run(minutes=180)
    hub_returns(fleet, letters)
    fleet.run(minutes=20)
    assert (fleet.told, len(fleet.updates)) == (told, updates)
    assert_home(fleet)


@every_mode
def test_what_a_dead_letter_queue_gives_back_in_the_next_drought_changes_no_decision(policy: Policy) -> None:
    plain, redriven = Fleet(policy=policy), Fleet(policy=policy)
    for fleet in (plain, redriven):
        fleet.interrupt(2)
        fleet.run(minutes=60)
        letters = list(fleet.heard)
        fleet.drought()
        fleet.run(minutes=2)
        if fleet is redriven:
            hub_returns(fleet, letters)
        fleet.run(minutes=6)
        fleet.calm()
        come_home(fleet)
    assert redriven.told == plain.told
    assert redriven.updates == plain.updates
