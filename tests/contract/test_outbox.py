"""The adapter to the hub's bus."""

import json
from dataclasses import replace

import pytest

from spot_failover.adapters.outbox import EventBridgeOutbox
from spot_failover.domain.errors import RefusedError, ThrottledError, UnreachableError
from spot_failover.domain.record import Message
from spot_failover.jobs import ports
from tests.contract.examples import HERE, NOW, WEB, audit_event
from tests.contract.hub import Hub
from tests.contract.wire import Answers, refusal


@pytest.fixture
def outbox(hub: Hub) -> ports.Outbox:
    return EventBridgeOutbox(hub.aws.events, hub.bus_arn, "aws")


def test_a_message_is_put_on_the_bus_as_an_event_about_the_service(outbox: ports.Outbox, hub: Hub) -> None:
    message = audit_event()

    outbox.send([message])

    (request,) = hub.requests
    (entry,) = request.parameters["Entries"]
    detail = json.loads(entry.pop("Detail"))
    assert entry == {
        "EventBusName": hub.bus_arn,
        "Source": "spot-failover",
        "DetailType": "Service Failing Over",
        "Time": NOW,
        "Resources": [WEB.arn("aws")],
    }
    assert detail == {"id": message.id, **message.detail}


def test_a_message_about_an_account_and_region_names_no_service(outbox: ports.Outbox, hub: Hub) -> None:
    detail = {"account": HERE.account, "region": HERE.region, "reason": "The role cannot be assumed."}

    outbox.send([Message("1", "Spoke Fault", NOW, detail)])

    assert [entry["Resources"] for entry in hub.requests[0].parameters["Entries"]] == [[]]


def test_a_message_that_the_state_table_kept_is_sent_as_it_was(outbox: ports.Outbox, hub: Hub) -> None:
    """Numbers come back from DynamoDB as Decimal, which JSON does not know."""
    detail = {**audit_event().detail, "share": 0.5}

    outbox.send([replace(audit_event(), detail=detail)])

    assert json.loads(hub.requests[0].parameters["Entries"][0]["Detail"])["share"] == 0.5


def test_many_messages_are_sent_ten_to_a_call_in_order(outbox: ports.Outbox, hub: Hub) -> None:
    outbox.send([audit_event(number) for number in range(12)])

    calls = [request.parameters["Entries"] for request in hub.requests]
    assert [len(entries) for entries in calls] == [10, 2]
    ids = [json.loads(entry["Detail"])["id"] for entries in calls for entry in entries]
    assert ids == [f"message-{number}" for number in range(12)]


def test_nothing_to_send_makes_no_call(outbox: ports.Outbox, hub: Hub) -> None:
    outbox.send([])

    assert hub.requests == []


def test_one_event_that_the_bus_did_not_take_is_a_fault(outbox: ports.Outbox, answers: Answers) -> None:
    failed = {"ErrorCode": "InternalFailure", "ErrorMessage": "Try again."}
    answers("events.PutEvents", {"FailedEntryCount": 1, "Entries": [{"EventId": "1"}, failed]})

    with pytest.raises(
        UnreachableError, match=r"did not take 1 of 2 audit events.*InternalFailure: Try again\."
    ):
        outbox.send([audit_event(1), audit_event(2)])


@pytest.mark.parametrize(
    ("code", "error"), [("ThrottlingException", ThrottledError), ("ResourceNotFoundException", RefusedError)]
)
def test_a_bus_that_takes_nothing_is_a_fault(
    outbox: ports.Outbox,
    answers: Answers,
    monkeypatch: pytest.MonkeyPatch,
    code: str,
    error: type[Exception],
) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    answers("events.PutEvents", *[refusal(code, "No.")] * 3)

    with pytest.raises(error, match="events:PutEvents for bus arn:aws:events"):
        outbox.send([audit_event()])
