"""What a service lacks: found by the hub's own survey, with the spoke role's own permissions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from simulator.sandbox.counterfactual import as_list
from tests.e2e.installation import Installation, Item
from tests.e2e.places import NEW_IN_ROLES, SOUTH, SPOKE_ROLE, Place
from tests.e2e.services import Service


def checked(service: Service) -> list[Item]:
    """Wait until the service has been checked, and return what was found."""
    record = service.installation.until(
        service.record, lambda record: "checked_at" in record, what=f"a readiness check of {service.key}"
    )
    found: list[Item] = record["findings"]
    return found


def test_a_service_is_told_what_it_lacks(installation: Installation) -> None:
    service = Service(installation, SOUTH, "unready").create().running().register()

    findings = checked(service)

    assert [finding["check"] for finding in findings] == [
        "stop_timeout",
        "health_check",
        "circuit_breaker",
        "zones",
    ]
    assert "(stopTimeout: app 30 s). Set stopTimeout to 120." in findings[0]["sentence"]
    service.unregister()


def test_a_role_from_before_the_checks_is_told_of_and_does_everything_else(
    installation: Installation,
) -> None:
    with without(installation, SOUTH, NEW_IN_ROLES):
        service = Service(installation, SOUTH, "careless").create().running().register()
        findings = checked(service)
        service.drill()
        service.in_phase("failing_over", "on_demand")

    [untold] = [finding for finding in findings if finding["check"] == "not_checked"]
    assert untold["sentence"].startswith("The on-demand quota could not be checked:")
    assert "apply workload-spoke of this hub's version" in untold["sentence"]
    assert not installation.spoke(SOUTH).get("last_error")
    service.unregister()


def test_what_services_lack_is_reported_once_for_the_account_and_region(installation: Installation) -> None:
    service = Service(installation, SOUTH, "reported").create().running().register()
    checked(service)

    spoke = installation.until(
        lambda: installation.spoke(SOUTH), lambda spoke: "reported_at" in spoke, what="the report"
    )

    reports = installation.audit("Readiness Report", account=SOUTH.account, region=SOUTH.region)
    assert len(reports) == 1
    assert spoke["reported_at"]
    assert "containers are killed before Spot's 120 s are over: shop/" in reports[0]["detail"]["reason"]
    service.unregister()


@contextmanager
def without(installation: Installation, place: Place, actions: frozenset[str]) -> Iterator[None]:
    """Take permissions from the spoke role of a place for a while."""
    iam = installation.client("iam", place)
    [name] = iam.list_role_policies(RoleName=SPOKE_ROLE)["PolicyNames"]
    policy = iam.get_role_policy(RoleName=SPOKE_ROLE, PolicyName=name)["PolicyDocument"]
    kept = [left(statement, actions) for statement in policy["Statement"]]
    lesser = {**policy, "Statement": [statement for statement in kept if statement["Action"]]}
    iam.put_role_policy(RoleName=SPOKE_ROLE, PolicyName=name, PolicyDocument=json.dumps(lesser))
    try:
        yield
    finally:
        iam.put_role_policy(RoleName=SPOKE_ROLE, PolicyName=name, PolicyDocument=json.dumps(policy))


def left(statement: dict[str, Any], actions: frozenset[str]) -> dict[str, Any]:
    return {**statement, "Action": [one for one in as_list(statement["Action"]) if one not in actions]}
