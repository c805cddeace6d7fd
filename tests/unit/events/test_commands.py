from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from spot_failover.domain.command import Command, CommandKind
from spot_failover.domain.identity import ServiceId
from spot_failover.events.errors import EventError, MalformedEventError, RejectedEventError
from spot_failover.events.model import CommandSignal
from tests.unit.events.reading import HUB_ACCOUNT, read, why_ignored

SENT = datetime(2026, 3, 2, 9, 20, tzinfo=UTC)
CHECKOUT = ServiceId("222233334444", "eu-central-1", "shop", "checkout")
MIKA = "arn:aws:sts::999900001111:assumed-role/operator/mika"
FOR_ONE = [kind for kind in CommandKind if not kind.for_fleet]
FOR_ALL = [kind for kind in CommandKind if kind.for_fleet]


def event(
    command: str = "failover", *, envelope: dict[str, Any] | None = None, **detail: Any
) -> dict[str, Any]:
    """Return an operator's event; a field of the detail that is None is left out."""
    service = None if command in FOR_ALL else CHECKOUT.key
    told = {"command": command, "service_id": service, "author": MIKA, "reason": "Load test.", **detail}
    return {
        "version": "0",
        "id": "command-1",
        "detail-type": "Command",
        "source": "spot-failover.operator",
        "account": HUB_ACCOUNT,
        "time": "2026-03-02T09:20:00Z",
        "region": "eu-central-1",
        "resources": [],
        "detail": {name: value for name, value in told.items() if value is not None},
        **(envelope or {}),
    }


def command_of(raw: dict[str, Any]) -> Command:
    signal = read(raw)
    assert isinstance(signal, CommandSignal), signal
    return signal.command


@pytest.mark.parametrize("kind", FOR_ONE)
def test_a_command_names_one_service_its_author_and_why(kind: CommandKind) -> None:
    assert command_of(event(kind)) == Command(kind, MIKA, "Load test.", "command-1", SENT, CHECKOUT)


@pytest.mark.parametrize("kind", FOR_ALL)
def test_a_command_for_the_fleet_names_none(kind: CommandKind) -> None:
    assert command_of(event(kind)) == Command(kind, MIKA, "Load test.", "command-1", SENT)


def test_a_pause_may_end_by_itself() -> None:
    command = command_of(event("pause", until="2026-03-02T13:00:00+01:00"))
    assert command.until == datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_no_reason_need_be_given() -> None:
    assert command_of(event(reason=None)).reason == ""


def test_what_an_operator_writes_becomes_one_line_of_bounded_length() -> None:
    command = command_of(event(reason="a\nb\t\ud800 " + "c" * 5000, author="m" * 5000))
    assert command.reason.startswith("a b ? ccc")
    assert len(command.reason) <= 1024
    assert len(command.author) == 256


def test_only_the_hubs_own_account_may_command() -> None:
    with pytest.raises(
        RejectedEventError, match="333344445555 sent a command, but only the hub's own account"
    ):
        read(event(envelope={"account": "333344445555"}))


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (event("dance"), "'dance'. There are these: pause, resume"),
        (event(command=None), "'command' of the command's detail is missing"),  # type: ignore[arg-type]
        (event(author=None), "'author' of the command's detail is missing"),
        (event(author=7), "must be a string"),
        (event(service_id=None), "Wanted: account::region::cluster::service"),
        (event(service_id="shop/checkout"), "Wanted: account::region::cluster::service"),
        (event(service_id="2::eu-central-1::shop::web"), "where the ARN of an ECS service is expected"),
        (event(service_id=f"{CHECKOUT.key}/../x"), "where the ARN of an ECS service is expected"),
        (event(service_id="222233334444::eu-central-1::a/b::web"), "where the ARN of an ECS service"),
        (event("freeze", service_id=CHECKOUT.key), "is for the whole fleet, but names"),
        (event("failover", until="2026-03-02T12:00:00Z"), "only a pause ends by itself"),
        (event("pause", until="tomorrow"), "not an ISO 8601 time"),
        (event(envelope={"id": ...}), "must be a string"),
    ],
)
def test_a_malformed_command_says_what_is_wrong(raw: dict[str, Any], said: str) -> None:
    with pytest.raises(EventError) as raised:
        read(raw)
    assert said in str(raised.value)
    assert isinstance(raised.value, MalformedEventError)


@pytest.mark.parametrize(
    ("age", "counts"),
    [
        (timedelta(minutes=5), True),
        (timedelta(minutes=5, seconds=1), False),
        (-timedelta(minutes=5), True),
        (-timedelta(days=1), False),
    ],
)
def test_a_command_counts_only_within_five_minutes_of_its_time(age: timedelta, counts: bool) -> None:
    now = SENT + age
    if counts:
        assert isinstance(read(event(), now=now), CommandSignal)
    else:
        assert "more than five minutes from now" in why_ignored(event(), now=now)


def test_a_replayed_command_is_ignored() -> None:
    assert "replay" in why_ignored(event(envelope={"replay-name": "again"}))
