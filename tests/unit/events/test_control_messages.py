from typing import Any

import pytest

from spot_failover.domain.identity import Location
from spot_failover.domain.requests import RegistrationCause
from spot_failover.events.errors import MalformedEventError
from spot_failover.events.model import RegistrationSignal, TickSignal
from spot_failover.events.parser import classify
from tests.unit.events.reading import read, why_ignored

HERE = Location("222233334444", "eu-central-1")
EVENT_ID = "9f1d2c3b-5a68-4f7e-b0c1-d2e3f4a5b6c7"


def message(source: str, detail_type: str, detail: dict[str, Any]) -> dict[str, Any]:
    return {
        "version": "0",
        "id": EVENT_ID,
        "detail-type": detail_type,
        "source": source,
        "account": HERE.account,
        "time": "2026-03-02T08:59:12Z",
        "region": HERE.region,
        "resources": [],
        "detail": detail,
    }


def change(operation: str = "Update", name: str = "/spot-failover/services/shop/checkout") -> dict[str, Any]:
    detail = {"operation": operation, "name": name, "type": "String"}
    return message("aws.ssm", "Parameter Store Change", detail)


@pytest.mark.parametrize("operation", ["Create", "Update", "Delete"])
@pytest.mark.parametrize("name", ["/spot-failover/services/shop/checkout", "/spot-failover/spoke"])
def test_a_changed_registration_asks_to_read_its_account_and_region(operation: str, name: str) -> None:
    deleted = name if operation == "Delete" else ""
    signal = read(change(operation, name))
    assert signal == RegistrationSignal(HERE, RegistrationCause.REGISTRATION, EVENT_ID, deleted)


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (change(name="/shop/password"), "not one of ours"),
        (change(name="/spot-failovers/x"), "not one of ours"),
        (change(operation="LabelParameterVersion"), "does not change its value"),
        (message("aws.ssm", "Parameter Store Policy Action", {}), "There is nothing to do"),
    ],
)
def test_other_changes_of_parameters_are_ignored(event: dict[str, Any], reason: str) -> None:
    assert reason in why_ignored(event)


@pytest.mark.parametrize("field", ["name", "operation"])
def test_a_change_that_does_not_say_what_changed_is_malformed(field: str) -> None:
    event = change()
    del event["detail"][field]
    with pytest.raises(MalformedEventError, match=f"'{field}' of the parameter's detail is missing"):
        read(event)


@pytest.mark.parametrize("detail", [{"contract": 1}, {"contract": 2, "version": "9.0.0"}, {}])
def test_a_heartbeat_asks_to_read_its_account_and_region(detail: dict[str, Any]) -> None:
    signal = read(message("spot-failover.spoke", "Heartbeat", detail))
    assert signal == RegistrationSignal(HERE, RegistrationCause.HEARTBEAT, EVENT_ID)


@pytest.mark.parametrize("missing", ["id", "account", "region"])
def test_a_heartbeat_without_an_origin_is_malformed(missing: str) -> None:
    event = message("spot-failover.spoke", "Heartbeat", {"contract": 1})
    del event[missing]
    with pytest.raises(MalformedEventError, match=f"'{missing}'"):
        read(event)


def test_a_tick_is_a_tick_without_any_envelope() -> None:
    tick = {"source": "spot-failover.hub", "detail-type": "Tick"}
    assert read(tick) == TickSignal()
    assert classify(tick) == "irrelevant"


@pytest.mark.parametrize(
    ("source", "detail_type"),
    [
        ("spot-failover.spoke", "Tick"),
        ("spot-failover.spoke", "Something New"),
        ("spot-failover", "Service Restored"),
        ("aws.health", "AWS Health Event"),
        ("aws.ecs", "ECS Something New"),
        ("aws.ec2", "ECS Task State Change"),
    ],
)
def test_what_is_not_known_is_ignored_with_a_reason(source: str, detail_type: str) -> None:
    assert why_ignored(message(source, detail_type, {})).endswith(".")
