"""The bugs of earlier systems of this kind, each as a test that fails where the bug is put in again."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.world import Behaviour
from spot_failover.adapters.wakeups import Reconcile, deduplication_id
from spot_failover.domain.identity import ServiceId
from spot_failover.domain.policy import Mode, Policy, Restore, Standby
from spot_failover.domain.record import Phase
from spot_failover.events.errors import EventError
from spot_failover.events.model import EvidenceSignal
from spot_failover.events.parser import parse
from tests.unit.jobs.fleet import HUB, Fleet
from tests.unit.jobs.happenings import MIXED
from tests.unit.jobs.home import assert_home
from tests.unit.jobs.place import HERE, KEY, SERVICE, STANDBY

QUICK = Restore(window_seconds=300, backoff_seconds=900, max_backoff_seconds=1200)
SWITCH = Policy(restore=QUICK)
IN_STANDBY = replace(SWITCH, mode=Mode.STANDBY, standby=Standby(service_name=STANDBY))
BACKFILL = replace(IN_STANDBY, mode=Mode.BACKFILL)
POLICIES = Path(__file__).parents[2] / "terraform" / "policies.json"
every_mode = pytest.mark.parametrize(
    "policy",
    [
        pytest.param(SWITCH, id="switch"),
        pytest.param(IN_STANDBY, id="standby"),
        pytest.param(BACKFILL, id="backfill"),
    ],
)
names = st.sampled_from(["a", "b"])


@given(st.builds(ServiceId, *[names] * 4), st.builds(ServiceId, *[names] * 4))
def test_the_key_tells_accounts_regions_clusters_and_services_apart(one: ServiceId, other: ServiceId) -> None:
    """Guard against the region that was missing from the key."""
    assert (one.key == other.key) is (one == other)


@every_mode
def test_a_drought_in_another_region_moves_nothing_here(policy: Policy) -> None:
    """Guard against the same: events of a namesake elsewhere were taken for this service's."""
    fleet, struck = Fleet(policy=policy), Fleet(policy=policy)
    struck.drought()
    struck.run(minutes=0.1)
    fleet.update(desiredCount=8)
    fleet.run(minutes=0.2)  # two tasks are missing here as well, and nothing is wrong with that
    elsewhere = json.loads(json.dumps(list(struck.heard), default=str).replace("eu-west-1", "us-east-1"))
    fleet.hand_over([{**event, "time": fleet.now.isoformat()} for event in elsewhere])
    assert fleet.record.phase is Phase.STEADY
    assert fleet.updates == []


def test_one_cause_wakes_the_same_service_of_two_clusters() -> None:
    """Guard against deduplication by event or by service name, in which clusters swallowed each other."""
    ids = {
        deduplication_id(Reconcile(ServiceId("1", "r", cluster, "web"), "tick", "tick 9:00"))
        for cluster in ("blue", "green")
    }
    assert len(ids) == 2
    fleet = Fleet()
    fleet.queue.reconcile([SERVICE, replace(SERVICE, cluster="other")], "tick", "tick 9:00")
    assert len(fleet.queue.take()) == 2


@every_mode
def test_rows_that_are_not_expired_yet_are_history_all_the_same(policy: Policy) -> None:
    """Guard against DynamoDB's TTL as a window: it deletes hours late, and old errors were counted again."""
    fleet = Fleet(policy=policy)
    fleet.interrupt(2)
    fleet.weather(4)
    fleet.calm()
    fleet.run(minutes=60)
    assert_home(fleet)
    assert len(fleet.evidence.read(SERVICE, fleet.now - timedelta(hours=2))) > 2
    before = list(fleet.told)
    fleet.world.behaviours.set(KEY, Behaviour(crash_after=30))
    fleet.update(desiredCount=8)
    fleet.run(minutes=2.5)  # tasks are missing, and the old rows are there
    assert fleet.told == before


def test_a_restore_gives_the_base_back() -> None:
    """Guard against the base that was lost on restore, with the tasks that always ran on demand."""
    fleet = Fleet(policy=SWITCH, strategy=MIXED)
    fleet.drought()
    fleet.in_phase(Phase.ON_DEMAND)
    fleet.calm()
    fleet.run(minutes=60)
    assert_home(fleet)
    found = {item["capacityProvider"]: item for item in fleet.described()["capacityProviderStrategy"]}
    assert (found["FARGATE"]["base"], found["FARGATE"]["weight"]) == (2, 1)
    assert (found["FARGATE_SPOT"].get("base", 0), found["FARGATE_SPOT"]["weight"]) == (0, 3)


@pytest.mark.parametrize(
    ("drills", "account"),
    [pytest.param(False, HERE.account, id="disabled"), pytest.param(True, "999999999999", id="foreign")],
)
def test_a_made_up_event_moves_nothing_unless_drills_are_wanted_and_the_sender_may(
    drills: bool, account: str
) -> None:
    """Guard against injection: anyone's `test.aws.ecs` event moved any service, in production too."""
    fleet = Fleet(policy=SWITCH)
    drill = {
        "version": "0",
        "id": "00000000-0000-4000-8000-000000000001",
        "detail-type": "ECS Service Action",
        "source": "test.aws.ecs",
        "account": account,
        "region": HERE.region,
        "time": fleet.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "resources": [SERVICE.arn("aws")],
        "detail": {
            "eventType": "ERROR",
            "eventName": "SERVICE_TASK_PLACEMENT_FAILURE",
            "reason": "RESOURCE:FARGATE",
            "capacityProviderArns": [
                f"arn:aws:ecs:{HERE.region}:{HERE.account}:capacity-provider/FARGATE_SPOT"
            ],
        },
    }
    with pytest.raises(EventError):
        parse(drill, drills=drills, hub_account=HUB, now=fleet.now)
    own = parse({**drill, "account": HERE.account}, drills=True, hub_account=HUB, now=fleet.now)
    assert isinstance(own, EvidenceSignal)


def test_the_bus_admits_nobody_but_the_fleet_and_only_by_rules() -> None:
    """Guard against the bus that was open to everyone, and to direct PutEvents from any account."""
    policies: dict[str, dict[str, Any]] = json.loads(POLICIES.read_text())
    of_buses = [
        statement
        for name, policy in policies.items()
        if "event_bus_policy" in name
        for statement in policy.values()
    ]
    assert len(of_buses) > 1
    for statement in of_buses:
        condition = statement["Condition"]
        named = statement["Principal"] != {"AWS": "*"} and statement["Principal"] != "*"
        assert named or "aws:PrincipalOrgID" in condition["StringEquals"]
        assert condition["Bool"] == {"events:eventBusInvocation": "true"}
