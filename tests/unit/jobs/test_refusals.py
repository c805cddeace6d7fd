"""Services that cannot have a standby, or cannot be switched: left alone, with a reason that says why."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from spot_failover.domain.policy import Mode, Policy, Standby
from spot_failover.domain.registration import Registration
from tests.unit.jobs.fleet import Fleet
from tests.unit.jobs.place import SERVICE, STANDBY, key_of
from tests.unit.jobs.watch import Pair

TWIN = "other-on-demand"
IN_STANDBY = Policy(mode=Mode.STANDBY, standby=Standby(service_name=TWIN))
CONNECT = {"enabled": True, "namespace": "shop", "services": [{"portName": "http"}]}


def struck(policy: Policy, **more: Any) -> Fleet:
    """Return a fleet in a drought with a second service, `other`, made like this."""
    fleet = Fleet()
    fleet.add("other", 4, policy, **more)
    fleet.run(minutes=6)
    fleet.weather(3)
    fleet.run(minutes=15)
    return fleet


def why(fleet: Fleet) -> str:
    hold = fleet.record_of(SERVICE.beside("other")).hold
    return hold.reason if hold else ""


def untouched(fleet: Fleet) -> bool:
    return not [request for request in fleet.updates if request["service"] in {"other", TWIN}]


@pytest.mark.parametrize("mode", [Mode.STANDBY, Mode.BACKFILL])
@pytest.mark.parametrize(
    ("more", "reason"),
    [
        pytest.param(
            {"load_balancer": True, "deploymentController": {"type": "CODE_DEPLOY"}}, "CODE_DEPLOY", id="code"
        ),
        pytest.param(
            {"load_balancer": True, "deploymentConfiguration": {"strategy": "BLUE_GREEN"}},
            "BLUE_GREEN",
            id="blue-green",
        ),
        pytest.param({"serviceConnectConfiguration": CONNECT}, "Service Connect", id="service-connect"),
    ],
)
def test_a_service_that_no_twin_can_stand_in_for_is_refused(
    mode: Mode, more: dict[str, Any], reason: str
) -> None:
    fleet = struck(replace(IN_STANDBY, mode=mode), **more)
    assert reason in why(fleet)
    assert untouched(fleet)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        pytest.param({"deploymentController": {"type": "CODE_DEPLOY"}}, "CODE_DEPLOY", id="code"),
        pytest.param({"deploymentConfiguration": {"strategy": "BLUE_GREEN"}}, "BLUE_GREEN", id="blue-green"),
    ],
)
def test_only_a_rolling_service_is_switched(more: dict[str, Any], reason: str) -> None:
    fleet = struck(Policy(), load_balancer=True, **more)
    assert reason in why(fleet)
    assert untouched(fleet)


def test_a_code_deploy_service_without_a_load_balancer_has_a_standby() -> None:
    fleet = struck(IN_STANDBY, deploymentController={"type": "CODE_DEPLOY"})
    assert why(fleet) == ""
    assert not untouched(fleet)


def test_a_standby_that_runs_tasks_of_its_own_is_not_taken_on_until_it_rests() -> None:
    fleet = Fleet()
    fleet.add("other", 4, IN_STANDBY)
    fleet.update(TWIN, desiredCount=3)
    fleet.run(minutes=6)
    assert "has desired count 3 already" in why(fleet)
    fleet.weather(3)
    fleet.run(minutes=10)
    assert untouched(fleet)
    fleet.update(TWIN, desiredCount=0)
    fleet.run(minutes=10)
    assert why(fleet) == ""
    assert not untouched(fleet)


def test_one_standby_has_one_owner() -> None:
    fleet = Fleet(policy=replace(IN_STANDBY, standby=Standby(service_name=STANDBY)))
    second = SERVICE.beside("second")
    fleet.create("second", 4)
    fleet.watch.pairs.append(Pair(key_of(second), None, [(fleet.now, 4)]))
    shared = replace(IN_STANDBY, standby=Standby(service_name=STANDBY))
    fleet.services.register(Registration(second, shared), fleet.now)
    fleet.run(minutes=6)
    hold = fleet.record_of(second).hold
    assert hold is not None
    assert "another service's standby" in hold.reason


def test_a_standby_on_spot_is_none() -> None:
    fleet = Fleet()
    fleet.add("other", 4, IN_STANDBY)
    fleet.update(
        TWIN,
        capacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
        forceNewDeployment=True,
    )
    fleet.run(minutes=6)
    assert "uses FARGATE_SPOT itself" in why(fleet)
