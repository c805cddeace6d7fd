"""A spoke whose role lost a permission: the service says what is missing, and moves when it is given."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from simulator.sandbox.counterfactual import as_list
from tests.e2e.places import NORTH, SPOKE_ROLE
from tests.reliability.sandbox.conftest import Stand

ACTION = "ecs:UpdateService"


@contextmanager
def without(stand: Stand, action: str) -> Iterator[None]:
    """Take the statement that allows an action out of the spoke role's policy for a while."""
    iam = stand.installation.client("iam", NORTH)
    name, policy = stand.role_policy()
    kept = [each for each in policy["Statement"] if action not in as_list(each["Action"])]
    assert len(kept) < len(policy["Statement"])
    less = json.dumps({**policy, "Statement": kept})
    iam.put_role_policy(RoleName=SPOKE_ROLE, PolicyName=name, PolicyDocument=less)
    try:
        yield
    finally:
        iam.put_role_policy(RoleName=SPOKE_ROLE, PolicyName=name, PolicyDocument=json.dumps(policy))


def test_a_sentence_names_the_action_and_no_stack_trace_is_logged(stand: Stand) -> None:
    here, web = stand.installation, stand.web
    with without(stand, ACTION):
        stand.weather("drought")
        fault = here.until(
            web.record, lambda record: "last_error" in record, what="the fault to be written down"
        )["last_error"]
        here.until(
            here.complaints,
            lambda complaints: any(ACTION in told for told in complaints),
            what="the fault to be logged",
        )
    assert ACTION in fault
    assert "was not allowed" in fault
    assert NORTH.account in fault
    assert "Look at the policies of the spoke role" in fault
    assert stand.tracebacks() == []

    for service in stand.protected:
        service.in_phase("on_demand")
    assert "last_error" not in web.record()
    stand.home()
    assert not here.dead_letters()
