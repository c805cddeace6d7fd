"""A spoke role that lacks a permission: a sentence that names it, the rest goes on, and it ends well."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError

from simulator.backtest.ports import WorldClient
from spot_failover.domain.policy import Mode, Policy
from spot_failover.domain.record import Phase
from tests.reliability.modes import POLICIES, every_mode
from tests.unit.jobs.fleet import Fleet
from tests.unit.jobs.home import come_home
from tests.unit.jobs.place import HERE

TASKS = 6
POLICY_OF_THE_ROLE: Final = json.loads(
    (Path(__file__).parents[1] / "terraform" / "policies.json").read_text()
)["spoke.aws_iam_role_policy.spoke policy"]
# What passes need of a role; what only registrations and readiness need is in tests/unit/jobs/test_survey.py
# and with the checks of readiness.
NEEDED: Final = {
    "ecs:DescribeServices": tuple(Mode),
    "ecs:UpdateService": tuple(Mode),
    "ecs:ListTasks": (Mode.STANDBY, Mode.BACKFILL),
    "ecs:DescribeTasks": (Mode.STANDBY, Mode.BACKFILL),
    "elasticloadbalancing:DescribeTargetHealth": (Mode.STANDBY, Mode.BACKFILL),
    "application-autoscaling:DescribeScalableTargets": (Mode.STANDBY,),
    "application-autoscaling:RegisterScalableTarget": (Mode.STANDBY,),
}
# Without them nothing can be moved; without any other, on-demand tasks run all the same.
NOTHING_WITHOUT: Final = {"ecs:DescribeServices", "ecs:UpdateService"}
FAULTS: Final = ("Service Fault", "Spoke Fault")


MANY: Final = 10  # in 65 minutes: not each minute, though each task or service that it is about is named


def faults_of(fleet: Fleet) -> list[str]:
    """Return the reasons of all messages about faults, of the service and of its account and region."""
    return [told.detail["reason"] for told in fleet.outbox.sent if told.detail_type in FAULTS]


class Role:
    """The spoke role; `lacks` names the action that it must not use, "*" all of them."""

    lacks: str = ""


@pytest.fixture
def role(monkeypatch: pytest.MonkeyPatch) -> Role:
    role, answer = Role(), WorldClient._answer

    def answered(client: WorldClient, operation: str, request: dict[str, Any]) -> Any:
        if role.lacks == "*" or role.lacks.endswith(f":{operation}"):
            arn = f"arn:aws:sts::{HERE.account}:assumed-role/CentralSpotAutomationRole/spot-failover"
            said = f"User: {arn} is not authorized to perform: {role.lacks} on resource: *"
            error = {"Error": {"Code": "AccessDeniedException", "Message": said}}
            raise ClientError(error, operation)  # type: ignore[arg-type] # all that is read of it
        return answer(client, operation, request)

    monkeypatch.setattr(WorldClient, "_answer", answered)
    return role


def test_every_action_here_is_one_of_the_roles() -> None:
    actions = {
        action
        for statement in POLICY_OF_THE_ROLE.values()
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }
    assert NEEDED.keys() <= actions


@pytest.mark.parametrize(
    ("action", "mode"),
    [
        pytest.param(action, mode, id=f"{action}, {mode}")
        for action, modes in NEEDED.items()
        for mode in modes
    ],
)
def test_it_is_told_once_in_a_sentence_and_the_service_comes_home_when_it_is_given(
    role: Role, action: str, mode: Mode, caplog: pytest.LogCaptureFixture
) -> None:
    fleet = Fleet(policy=POLICIES[mode], load_balancer=True)
    if mode is Mode.STANDBY:
        fleet.scale("web", MinCapacity=2, MaxCapacity=12)
        fleet.demand(TASKS)
    role.lacks = action
    with caplog.at_level(logging.WARNING):
        fleet.drought()
        fleet.run(minutes=30)
        serving = sum(fleet.watch.standing(key).healthy for key in fleet.pair.keys)
        fleet.calm()
        fleet.run(minutes=30)
        fleet.drought()
        fleet.run(minutes=5)

    sentences = {record.getMessage() for record in caplog.records if action in record.getMessage()}
    assert sentences
    for sentence in sentences:
        assert "was not allowed" in sentence
        assert HERE.account in sentence
        assert "Traceback" not in sentence
    assert not [record for record in caplog.records if record.exc_info]
    assert 0 < len(faults_of(fleet)) < MANY
    if action not in NOTHING_WITHOUT:
        assert serving >= TASKS, fleet.watch.timeline()

    role.lacks = ""
    fleet.run(minutes=6)
    assert sum(fleet.watch.standing(key).healthy for key in fleet.pair.keys) >= TASKS
    fleet.calm()
    come_home(fleet)
    assert fleet.record.last_error == ""


@every_mode
def test_a_role_that_is_gone_in_a_failover_leaves_what_serves_and_is_waited_for(
    role: Role, policy: Policy, caplog: pytest.LogCaptureFixture
) -> None:
    """Guard the destroy that nobody drained first: role and spoke go while services are on demand."""
    fleet = Fleet(policy=policy)
    fleet.drought()
    fleet.in_phase(Phase.ON_DEMAND)
    updates = len(fleet.updates)
    role.lacks = "*"
    fleet.calm()
    with caplog.at_level(logging.WARNING):
        fleet.run(minutes=120)
    assert sum(fleet.watch.standing(key).healthy for key in fleet.pair.keys) >= TASKS
    assert len(fleet.updates) == updates
    assert fleet.record.phase is Phase.ON_DEMAND
    assert not [record for record in caplog.records if record.exc_info]
    spoke = fleet.spokes.load(HERE)
    assert spoke is not None
    assert "was not allowed" in spoke.last_error
    role.lacks = ""
    come_home(fleet, hours=2)
