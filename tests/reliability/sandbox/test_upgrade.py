"""The present hub takes over from an earlier one while every service is failed over."""

from __future__ import annotations

import pytest

from tests.e2e.places import SPOKE_ROLE
from tests.e2e.services import SPOT
from tests.reliability.sandbox.conftest import TASKS, Stand, Upgrade

KEPT = ("aws_dynamodb_table", "aws_sqs_queue", "aws_cloudwatch_event_bus", "aws_cloudwatch_event_archive")


@pytest.fixture
def done(upgrade: Upgrade | None) -> Upgrade:
    if upgrade is None:
        pytest.skip("this checkout has no earlier commit: a shallow clone, or the first one")
    return upgrade


def test_everybody_was_failed_over_when_the_new_hub_came(done: Upgrade) -> None:
    assert {record["phase"] for record in done.before.values()} <= {"on_demand", "restoring", "failing_over"}
    assert all("config" in record for record in done.before.values())


def test_both_functions_changed_and_nothing_that_remembers_was_replaced(done: Upgrade) -> None:
    changed = {
        address: action for address, action in done.changes.items() if "aws_lambda_function" in address
    }
    assert set(changed.values()) <= {"update", "create"}
    assert {"update"} <= set(changed.values())
    lost = {address for address, action in done.changes.items() if action in {"delete", "replace"}}
    assert not [address for address in lost if any(f"{kind}." in address for kind in KEPT)]


def test_permissions_come_before_the_code_that_needs_them(done: Upgrade) -> None:
    order = list(done.changes)
    policies = [order.index(address) for address in order if "aws_iam_role_policy." in address]
    code = [order.index(address) for address in order if "aws_lambda_function." in address]
    assert policies
    assert max(policies) < min(code)


def test_everybody_was_served_meanwhile(done: Upgrade) -> None:
    assert {name: served for name, served in done.lowest.items() if served < TASKS} == {}


def test_the_services_come_home_as_their_owners_had_them(done: Upgrade, stand: Stand) -> None:
    assert stand.web.strategy() == SPOT
    assert stand.web.shown()["runningCount"] == TASKS
    for pair in (stand.api, stand.worker):
        assert pair.counts() == ((TASKS, 0), (TASKS, 0))
    for service in stand.protected:
        assert "last_error" not in service.record()


def test_an_older_spoke_lacks_only_what_is_new_and_nothing_is_lost_for_it(
    done: Upgrade, stand: Stand
) -> None:
    assert {question.action for question in done.denied} & done.allowed == frozenset()
    assert {question.principal.split("/")[1] for question in done.denied} <= {SPOKE_ROLE}
    stand.installation.quiet()
    assert not stand.installation.dead_letters()
