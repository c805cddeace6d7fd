"""The state table is put back to what it was: point-in-time recovery, and items copied from it.

What ECS shows is as new as ever. Where the older record knows of the failover, the service comes home from
whatever it is by now. Where it does not, nothing that serves is touched, and people are told what to do. The
world holds every call of ours against the invariant meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spot_failover.domain.policy import Mode, Policy
from spot_failover.domain.record import Phase
from spot_failover.domain.registration import Registration
from tests.reliability.backup import Backup
from tests.reliability.modes import BACKFILL, IN_STANDBY, POLICIES, SWITCH, every_mode
from tests.unit.jobs.fleet import Fleet
from tests.unit.jobs.happenings import DESIRED, happenings, scenes
from tests.unit.jobs.home import come_home, not_home
from tests.unit.jobs.place import SERVICE, STANDBY

BEGINS, MOVED, RETURNS, HOME = "failing over", "on demand", "restoring", "home again"
MOMENTS = (BEGINS, MOVED, RETURNS, HOME)


def journey(policy: Policy) -> Iterator[tuple[str, Fleet]]:
    """Yield the same service at the moments of a failover, and of the way back."""
    fleet = Fleet(policy=policy)
    fleet.drought()
    fleet.run(minutes=0.3)
    yield BEGINS, fleet
    fleet.in_phase(Phase.ON_DEMAND)
    fleet.run(minutes=5)
    yield MOVED, fleet
    fleet.calm()
    if policy.mode is Mode.BACKFILL:  # it gives back one for one
        fleet.run_until(lambda: fleet.spot.healthy > 0, minutes=60)
    else:
        fleet.in_phase(Phase.RESTORING, minutes=60)
    fleet.run(minutes=1)
    yield RETURNS, fleet
    come_home(fleet)
    yield HOME, fleet


def serving(fleet: Fleet) -> int:
    return sum(fleet.watch.standing(key).healthy for key in fleet.pair.keys)


@pytest.mark.parametrize(
    ("mode", "then", "now"),
    [
        pytest.param(mode, then, now, id=f"{mode}: {then}, while it is {now}")
        for mode in Mode
        for then, now in combinations(MOMENTS, 2)
    ],
)
def test_a_record_that_knows_of_the_failover_brings_the_service_home(mode: Mode, then: str, now: str) -> None:
    backup = None
    for moment, fleet in journey(POLICIES[mode]):
        if moment == then:
            backup = Backup.of(fleet.services)
        if moment == now:
            break
    assert backup
    backup.restore(fleet.services)
    fleet.run(minutes=2)
    assert serving(fleet) >= DESIRED
    fleet.calm()
    come_home(fleet)


@pytest.mark.parametrize(
    ("policy", "advice"),
    [
        pytest.param(SWITCH, "Give it its own strategy again", id="switch"),
        pytest.param(IN_STANDBY, f"Set the service's own desired count to {DESIRED}", id="standby"),
    ],
)
def test_a_record_from_before_the_failover_changes_nothing_and_says_what_to_do(
    policy: Policy, advice: str
) -> None:
    fleet = Fleet(policy=policy)
    before = Backup.of(fleet.services)
    fleet.drought()
    fleet.in_phase(Phase.ON_DEMAND)
    fleet.run(minutes=5)
    own = fleet.created["capacityProviderStrategy"]
    before.restore(fleet.services)
    asked = len(fleet.updates)
    fleet.calm()
    fleet.run(minutes=60)

    assert serving(fleet) == DESIRED
    assert len(fleet.updates) == asked
    [drift] = {told.id: told for told in fleet.outbox.sent if told.detail_type == "Service Drift"}.values()
    assert advice in drift.detail["reason"]

    # What the sentence says brings it home.
    if policy is SWITCH:
        fleet.update(capacityProviderStrategy=own, forceNewDeployment=True)
    else:
        fleet.update(desiredCount=DESIRED)
        fleet.run_until(lambda: fleet.spot.healthy == DESIRED, minutes=10)
        fleet.update(STANDBY, desiredCount=0)
    fleet.run(minutes=10)
    assert not_home(fleet) == []
    assert fleet.record.told == frozenset()


def test_backfill_needs_no_memory_of_it() -> None:
    """What Spot lacks is there for all to see: the failover is begun once more, where it stands."""
    fleet = Fleet(policy=BACKFILL)
    before = Backup.of(fleet.services)
    fleet.drought()
    fleet.in_phase(Phase.ON_DEMAND)
    fleet.run(minutes=5)
    before.restore(fleet.services)
    fleet.run(minutes=5)
    assert fleet.record.phase is Phase.ON_DEMAND
    assert serving(fleet) >= DESIRED
    fleet.calm()
    come_home(fleet)


@every_mode
def test_what_was_told_is_told_under_the_same_ids_again(policy: Policy) -> None:
    fleet = Fleet(policy=policy)
    fleet.drought()
    fleet.run(minutes=0.3)
    begun = [told.id for told in fleet.outbox.sent if told.detail_type == "Service Failing Over"]
    backup = Backup.of(fleet.services)
    fleet.in_phase(Phase.ON_DEMAND)
    backup.restore(fleet.services)
    fleet.calm()
    come_home(fleet)
    again = {told.id for told in fleet.outbox.sent if told.detail_type == "Service Failing Over"}
    assert set(begun) == again


@every_mode
def test_a_service_registered_since_is_found_and_looked_after_again(policy: Policy) -> None:
    fleet = Fleet(policy=policy)
    empty = Backup({}, {}, None)
    fleet.run(minutes=5)
    empty.restore(fleet.services)
    # The survey reads all registrations every ten minutes, and takes in what it does not know.
    fleet.services.register(Registration(SERVICE, policy), fleet.now)
    fleet.run(minutes=5)
    fleet.drought()
    fleet.in_phase(Phase.ON_DEMAND)
    fleet.calm()
    come_home(fleet)


@settings(max_examples=30)
@given(data=st.data(), mode=st.sampled_from(Mode))
def test_at_no_moment_is_a_task_lost_to_an_older_table(data: st.DataObject, mode: Mode) -> None:
    fleet = data.draw(scenes(mode)).fleet()
    for happening in data.draw(happenings(most=4)):
        happening.happen(fleet)
    backup = Backup.of(fleet.services)
    for happening in data.draw(happenings(most=4)):
        happening.happen(fleet)
    backup.restore(fleet.services)
    for happening in data.draw(happenings(most=3)):
        happening.happen(fleet)
    fleet.world.faults.stale_reads(0)
    fleet.world.weather.set_on_demand(SERVICE.account, SERVICE.region, capacity=None)
    fleet.calm()
    fleet.run(minutes=30)
    enough = min(fleet.pair.welcome)
    assert serving(fleet) >= enough, fleet.watch.timeline()
