"""Where messages go: each place for itself, and the hub's bus."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from spot_failover.adapters.memory import InMemoryMetrics
from spot_failover.adapters.outbox import Channels, EventBridgeBus
from spot_failover.domain.errors import RefusedError, ThrottledError, UnreachableError
from spot_failover.domain.record import Message
from tests.contract.examples import HERE, NOW, WEB, audit_event
from tests.contract.hub import Hub
from tests.contract.wire import Answers, refusal

# --- the bus ---


@pytest.fixture
def bus(hub: Hub) -> EventBridgeBus:
    return EventBridgeBus(hub.aws.events, hub.bus_arn, "aws")


def test_a_message_is_put_on_the_bus_as_an_event_about_the_service(bus: EventBridgeBus, hub: Hub) -> None:
    message = audit_event()

    bus.deliver([message])

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


def test_a_message_about_an_account_and_region_names_no_service(bus: EventBridgeBus, hub: Hub) -> None:
    detail = {"account": HERE.account, "region": HERE.region, "reason": "The role cannot be assumed."}

    bus.deliver([Message("1", "Spoke Fault", NOW, detail)])

    assert [entry["Resources"] for entry in hub.requests[0].parameters["Entries"]] == [[]]


def test_a_message_that_the_state_table_kept_is_sent_as_it_was(bus: EventBridgeBus, hub: Hub) -> None:
    """Numbers come back from DynamoDB as Decimal, which JSON does not know."""
    detail = {**audit_event().detail, "share": 0.5}

    bus.deliver([replace(audit_event(), detail=detail)])

    assert json.loads(hub.requests[0].parameters["Entries"][0]["Detail"])["share"] == 0.5


def test_many_messages_are_sent_ten_to_a_call_in_order(bus: EventBridgeBus, hub: Hub) -> None:
    bus.deliver([audit_event(number) for number in range(12)])

    calls = [request.parameters["Entries"] for request in hub.requests]
    assert [len(entries) for entries in calls] == [10, 2]
    ids = [json.loads(entry["Detail"])["id"] for entries in calls for entry in entries]
    assert ids == [f"message-{number}" for number in range(12)]


def test_one_event_that_the_bus_did_not_take_is_named(bus: EventBridgeBus, answers: Answers) -> None:
    failed = {"ErrorCode": "InternalFailure", "ErrorMessage": "Try again."}
    answers("events.PutEvents", {"FailedEntryCount": 1, "Entries": [{"EventId": "1"}, failed]})

    missed = bus.deliver([audit_event(1), audit_event(2)])

    assert missed == {"message-2": "AWS says InternalFailure: Try again."}


@pytest.mark.parametrize(
    ("code", "error"), [("ThrottlingException", ThrottledError), ("ResourceNotFoundException", RefusedError)]
)
def test_a_bus_that_takes_nothing_is_a_fault(
    bus: EventBridgeBus,
    answers: Answers,
    monkeypatch: pytest.MonkeyPatch,
    code: str,
    error: type[Exception],
) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    answers("events.PutEvents", *[refusal(code, "No.")] * 3)

    with pytest.raises(error, match="events:PutEvents for bus arn:aws:events"):
        bus.deliver([audit_event()])


# --- all of them ---


@dataclass
class Ear:
    """A channel that hears `heard`, but for what `fails` says of each message."""

    name: str
    fails: Callable[[Message], str] = lambda _: ""
    wants: Callable[[Message], bool] = lambda _: True
    broken: Exception | None = None
    heard: list[str] = field(default_factory=list)

    def takes(self, message: Message) -> bool:
        return self.wants(message)

    def deliver(self, messages: Sequence[Message]) -> Mapping[str, str]:
        if self.broken:
            raise self.broken
        missed = {message.id: why for message in messages if (why := self.fails(message))}
        self.heard += [message.id for message in messages if message.id not in missed]
        return missed


@pytest.fixture
def metrics() -> InMemoryMetrics:
    return InMemoryMetrics()


def test_a_message_that_all_channels_took_is_done(metrics: InMemoryMetrics) -> None:
    ears = [Ear("bus"), Ear("topic")]

    assert Channels(ears, metrics).send([audit_event(1), audit_event(2)]) == ()

    assert [ear.heard for ear in ears] == [["message-1", "message-2"]] * 2
    assert metrics.counts == {}


@pytest.mark.parametrize(
    "broken", [UnreachableError("The bus did not answer."), KeyError("an error of our own")]
)
def test_a_channel_that_is_down_keeps_nothing_from_the_others(
    metrics: InMemoryMetrics, broken: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    bus, topic = Ear("bus", broken=broken), Ear("topic")
    channels = Channels([bus, topic], metrics)

    left = channels.send([audit_event(1), audit_event(2)])
    assert topic.heard == ["message-1", "message-2"]
    assert metrics.counts["UndeliveredMessages"] == 2
    assert "The bus did not take 2 messages" in caplog.text

    bus.broken = None
    assert channels.send(left) == ()
    assert bus.heard == topic.heard == ["message-1", "message-2"]


def test_one_message_that_is_not_taken_does_not_bring_the_others_again(metrics: InMemoryMetrics) -> None:
    topic = Ear("topic", fails=lambda message: "Too long." if message.id == "message-1" else "")
    channels = Channels([topic], metrics)

    left = channels.send([audit_event(1), audit_event(2)])
    left = channels.send(left)

    assert [message.id for message in left] == ["message-1"]
    assert topic.heard == ["message-2"]
    assert metrics.counts["UndeliveredMessages"] == 2


def test_what_a_channel_does_not_take_is_not_owed_to_it(metrics: InMemoryMetrics) -> None:
    topic = Ear("topic", wants=lambda message: message.detail_type != "Service Change")

    assert Channels([topic], metrics).send([replace(audit_event(), detail_type="Service Change")]) == ()

    assert topic.heard == []


def test_what_waits_with_a_service_does_not_grow_for_ever(
    metrics: InMemoryMetrics, caplog: pytest.LogCaptureFixture
) -> None:
    down = Channels([Ear("bus", broken=UnreachableError("Gone."))], metrics)

    left = down.send([audit_event(number) for number in range(60)])

    assert [message.id for message in left] == [f"message-{number}" for number in range(10, 60)]
    assert "10 messages are given up" in caplog.text
