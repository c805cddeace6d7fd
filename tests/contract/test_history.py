"""The port `History`, and the channel that writes it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from spot_failover.adapters.history import DynamoHistory, HistoryRows
from spot_failover.adapters.memory import InMemoryOutbox
from spot_failover.adapters.tables import Table
from spot_failover.domain.record import Message
from spot_failover.jobs import ports
from tests.contract.conftest import _hub, both
from tests.contract.examples import HERE, MINUTE, NOW, WEB, audit_event
from tests.contract.hub import Hub

MONTH = timedelta(days=30)


@dataclass(frozen=True)
class Kept:
    """A history and its writing end."""

    port: ports.History
    write: Callable[[Sequence[Message]], object]


@both
def history(request: pytest.FixtureRequest) -> Kept:
    hub = _hub(request)
    if hub is None:
        outbox = InMemoryOutbox()
        return Kept(outbox, outbox.send)
    table = Table(hub.aws.dynamodb, hub.evidence_table)
    return Kept(DynamoHistory(table), HistoryRows(table, MONTH).deliver)


def later(number: int, message: Message | None = None) -> Message:
    return replace(message or audit_event(number), time=NOW + number * MINUTE)


def test_a_service_without_a_past_has_none(history: Kept) -> None:
    assert list(history.port.read(WEB, NOW)) == []


def test_what_was_said_of_a_service_comes_back_in_order_from_a_time_on(history: Kept) -> None:
    history.write([later(3), later(1), later(2)])

    assert list(history.port.read(WEB, NOW + 2 * MINUTE)) == [later(2), later(3)]


def test_the_same_message_again_is_one_row(history: Kept) -> None:
    history.write([later(1)])
    history.write([later(1)])

    assert list(history.port.read(WEB, NOW)) == [later(1)]


def test_two_messages_of_one_moment_are_two(history: Kept) -> None:
    history.write([audit_event(1), audit_event(2)])

    assert list(history.port.read(WEB, NOW)) == [audit_event(1), audit_event(2)]


def test_services_do_not_see_each_others_past(history: Kept) -> None:
    history.write([audit_event(1)])

    assert list(history.port.read(replace(WEB, region="eu-west-1"), NOW)) == []


def test_a_row_lies_beside_the_evidence_and_expires_with_the_archive(hub: Hub) -> None:
    rows = HistoryRows(Table(hub.aws.dynamodb, hub.evidence_table), MONTH)

    rows.deliver([audit_event(1)])

    [item] = hub.aws.dynamodb.scan(TableName=hub.evidence_table)["Items"]
    assert item["id"] == {"S": f"history::{WEB.key}"}
    assert item["at"] == {"S": "2026-03-02T09:14:05.250Z#message-1"}
    assert item["expires_at"] == {"N": str(int((NOW + MONTH).timestamp()))}


def test_what_is_said_of_a_place_is_no_services_past(hub: Hub) -> None:
    rows = HistoryRows(Table(hub.aws.dynamodb, hub.evidence_table), MONTH)

    assert not rows.takes(Message("1", "Spoke Fault", NOW, {"account": HERE.account, "region": HERE.region}))
    assert rows.takes(audit_event())


def test_a_row_that_cannot_be_read_does_not_hide_the_others(
    hub: Hub, caplog: pytest.LogCaptureFixture
) -> None:
    table = Table(hub.aws.dynamodb, hub.evidence_table)
    table.put({"id": f"history::{WEB.key}", "at": "2026-03-02T09:15:00.000Z#odd", "written": "by hand"})
    HistoryRows(table, MONTH).deliver([audit_event(1)])

    assert list(DynamoHistory(table).read(WEB, NOW)) == [audit_event(1)]
    assert "cannot be read and is left out" in caplog.text
