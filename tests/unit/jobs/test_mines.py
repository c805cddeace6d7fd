"""The five mines that the first builders of such a system stepped on, each as a test."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from simulator.world import Behaviour
from spot_failover.domain.policy import Failover, Mode, Policy, Restore, Standby
from spot_failover.domain.record import Phase
from tests.unit.jobs.courier import Courier
from tests.unit.jobs.fleet import Fleet
from tests.unit.jobs.home import assert_home
from tests.unit.jobs.place import HERE, SERVICE, STANDBY, STANDBY_KEY

QUICK = Restore(window_seconds=300, backoff_seconds=900, max_backoff_seconds=1200)
IN_STANDBY = Policy(mode=Mode.STANDBY, restore=QUICK, standby=Standby(service_name=STANDBY))


def test_errors_of_on_demand_tasks_never_start_a_failover() -> None:
    """Guard against the endless loop: a rule that took errors of all tasks moved the service to and fro."""
    fleet = Fleet(policy=IN_STANDBY)
    fleet.drought()
    fleet.in_phase(Phase.ON_DEMAND)
    told, updates = list(fleet.told), list(fleet.updates)
    fleet.world.behaviours.set(STANDBY_KEY, Behaviour(crash_after=20))
    fleet.world.weather.set_on_demand(HERE.account, HERE.region, capacity=0)
    fleet.world.api(HERE.account, HERE.region).update_service(
        {"cluster": SERVICE.cluster, "service": STANDBY, "forceNewDeployment": True}
    )
    fleet.run(minutes=5)
    assert fleet.record.phase is Phase.ON_DEMAND
    assert fleet.updates == updates
    assert set(fleet.told) - set(told) <= {"On Demand Shortage"}


def test_fifty_errors_a_second_on_one_service_are_one_failover() -> None:
    """Guard against the hot key: fifty writes a second to one counter throttled the table."""
    fleet = Fleet(policy=IN_STANDBY)
    fleet.drought()
    fleet.run(minutes=0.1)
    failure = fleet.event("SERVICE_TASK_PLACEMENT_FAILURE")
    before = len(fleet.evidence.read(SERVICE, fleet.now - timedelta(hours=1)))
    updates = list(fleet.updates)
    for number in range(500):
        fleet.deliver({**failure, "id": f"{number:08d}-0000-4000-8000-000000000000"})
    # One service is worked on by one function at a time, which takes some of the messages in a second.
    fleet.queue.wake_ups[20:] = []
    fleet.hand_over([])
    # Each is a row of its own: nothing is counted up in one item.
    assert len(fleet.evidence.read(SERVICE, fleet.now - timedelta(hours=1))) == before + 500
    assert fleet.updates == updates
    assert fleet.told == ["Service Failing Over"]


def test_a_failover_waits_for_half_of_the_standby_and_never_within_a_pass() -> None:
    """Guard against the waiter: waiting for full stability outlasted the function's fifteen minutes."""
    policy = replace(IN_STANDBY, failover=Failover(healthy_percent=50, timeout_seconds=600))
    fleet = Fleet(policy=policy)
    fleet.world.weather.set_on_demand(HERE.account, HERE.region, capacity=4)
    fleet.weather(4)
    fleet.run(minutes=12)
    # Four of six hold in the standby: Spot gives way by what both have too many, and no further.
    assert (fleet.standby.desired, fleet.standby.healthy, fleet.spot.healthy) == (6, 4, 2)
    assert fleet.record.phase is Phase.FAILING_OVER
    assert "Failover Overdue" in fleet.told


def test_one_lucky_spot_task_is_not_recovery() -> None:
    """Guard against misjudged recovery: one task that ran took the service back into the drought."""
    fleet = Fleet(policy=IN_STANDBY)
    fleet.drought()
    fleet.in_phase(Phase.ON_DEMAND)
    fleet.weather(1)
    fleet.world.weather.set_stuck_share(1)
    fleet.in_phase(Phase.RESTORING, minutes=40)
    fleet.run_until(lambda: fleet.spot.healthy == 1, minutes=5)
    fleet.in_phase(Phase.ON_DEMAND)
    assert "Service Restored" not in fleet.told
    assert fleet.told[-3:] == ["Service Restoring", "Service Restore Failed", "Service On Demand"]
    assert fleet.standby.healthy == 6


def test_tasks_that_wait_for_capacity_are_found_though_no_event_tells_of_them() -> None:
    """Guard against silent PENDING: no state changes, so no event comes; the scan of each minute finds it."""
    fleet = Fleet(policy=IN_STANDBY, courier=Courier(lost=1))
    fleet.world.weather.set_stuck_share(1)
    fleet.drought()
    fleet.run(minutes=8)
    assert fleet.told[0] == "Service Failing Over"
    assert fleet.outbox.sent[0].detail["event"]["kind"] == "spot_task_waiting"
    assert fleet.standby.healthy == 6
    fleet.calm()
    fleet.run(minutes=60)
    assert_home(fleet)
