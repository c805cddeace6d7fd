"""The entry points as Lambda calls them, on the hub's tables and queue in moto."""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from spot_failover.adapters import wakeups
from spot_failover.domain.identity import ServiceId
from spot_failover.functions import observe, work
from spot_failover.functions.composition import utc_now
from spot_failover.functions.settings import SettingsError
from tests.unit.functions.invocations import FUNCTION_ARN, Context, batch, failures, record, recorded

REGION = "eu-west-1"
WEB = ServiceId("222233334444", "eu-central-1", "shop", "web")
ENVIRONMENT = {
    "EVIDENCE_TABLE": "spot-failover-evidence",
    "STATE_TABLE": "ecs_cp_restore_state",
    "POWERTOOLS_SERVICE_NAME": "dev-spot-failover",
    "DRILLS": "false",
    "EVENT_BUS_ARN": "arn:aws:events:eu-west-1:111122223333:event-bus/spot-failover",
    "ALERT_TOPIC_ARN": "arn:aws:sns:eu-west-1:111122223333:spot-failover-alerts",
    "ARCHIVE_DAYS": "90",
    "SPOKE_ROLE_NAME": "CentralSpotAutomationRole",
    "EXTERNAL_ID": "spot-failover",
    "OPERATION": "active",
}


@pytest.fixture(autouse=True)
def _cold_start() -> Iterator[None]:
    yield
    observe._parts.cache_clear()
    work._parts.cache_clear()
    package = logging.getLogger("spot_failover")
    package.handlers, package.propagate = [], True
    package.setLevel(logging.NOTSET)
    logging.Logger.manager.loggerDict.pop("dev-spot-failover", None)


@pytest.fixture
def queue_url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Make the hub in moto, and name it in the environment."""
    with mock_aws():
        dynamodb = boto3.client("dynamodb", region_name=REGION)
        dynamodb.create_table(
            TableName="ecs_cp_restore_state",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        )
        dynamodb.create_table(
            TableName="spot-failover-evidence",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[
                {"AttributeName": "id", "KeyType": "HASH"},
                {"AttributeName": "at", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("id", "at")],
        )
        url = boto3.client("sqs", region_name=REGION).create_queue(
            QueueName="spot-failover-work.fifo", Attributes={"FifoQueue": "true"}
        )["QueueUrl"]
        for name, value in {**ENVIRONMENT, "WORK_QUEUE_URL": url}.items():
            monkeypatch.setenv(name, value)
        yield url


def received(queue_url: str) -> list[wakeups.WakeUp]:
    sqs = boto3.client("sqs", region_name=REGION)
    messages = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages", [])
    return [wakeups.parse(message["Body"]) for message in messages]


def test_observe_writes_evidence_and_a_wake_up(queue_url: str) -> None:
    event = recorded("spot-interruption-running")

    answer = observe.handler(batch(record(event)), Context())

    assert answer == failures()
    checkout = ServiceId("222233334444", "eu-central-1", "shop", "checkout")
    assert received(queue_url) == [wakeups.Reconcile(checkout, "spot_interruption", event["id"])]
    rows = boto3.client("dynamodb", region_name=REGION).scan(TableName="spot-failover-evidence")["Items"]
    assert [row["event_id"] for row in rows] == [{"S": event["id"]}]


def test_observe_logs_and_publishes_once_what_it_turned_away(
    queue_url: str, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    observe.handler(batch(record("not JSON", "message-1")), Context())

    lines = [json.loads(line) for line in "".join(capsys.readouterr()).splitlines()]
    (metric,) = [line for line in lines if "_aws" in line]
    (log,) = [line for line in lines if "_aws" not in line]
    assert (metric["RejectedEvents"], metric["service"]) == ([1.0], "dev-spot-failover")
    assert log["message"].startswith("Message message-1 was turned away: ")
    assert (log["level"], log["service"]) == ("WARNING", "dev-spot-failover")
    assert log["function_request_id"] == Context().aws_request_id
    # The runtime's own handler, at the root, would write every line a second time.
    assert caplog.records == []


def test_work_finds_an_unregistered_service_and_asks_for_a_survey_of_its_place(queue_url: str) -> None:
    wake_up = wakeups.Reconcile(WEB, "spot_interruption", "event-1")

    answer = work.handler(batch(record(wake_up.body(), "1", wake_up.group)), Context())

    assert answer == failures()
    [survey] = received(queue_url)
    assert isinstance(survey, wakeups.Survey)
    assert (survey.location, survey.cause) == (WEB.location, "discovery")


def test_a_message_comes_again_while_the_state_table_cannot_be_read(
    queue_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    boto3.client("dynamodb", region_name=REGION).delete_table(TableName="ecs_cp_restore_state")
    wake_up = wakeups.Reconcile(WEB, "spot_interruption", "event-1")

    answer = work.handler(batch(record(wake_up.body(), "1", wake_up.group)), Context())

    assert answer == failures("1")
    (log,) = [json.loads(line) for line in "".join(capsys.readouterr()).splitlines()]
    assert log["message"].startswith("Message 1 stays in its queue: dynamodb:GetItem for 222233334444::")
    assert "exception" not in log


def test_a_second_invocation_uses_the_clients_of_the_first(queue_url: str) -> None:
    event = batch(record(recorded("service-steady-state")))
    observe.handler(event, Context())
    first = observe._parts(FUNCTION_ARN)

    observe.handler(event, Context(aws_request_id="another"))

    assert observe._parts(FUNCTION_ARN) is first


@pytest.mark.parametrize("function", [observe.handler, work.handler], ids=["observe", "work"])
def test_a_function_without_its_settings_says_so_at_its_first_message(
    function: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)

    with pytest.raises(SettingsError, match="EVIDENCE_TABLE is missing or empty"):
        function(batch(), Context())


def test_the_clock_is_as_fine_as_the_tables() -> None:
    now = utc_now()

    assert now.microsecond % 1000 == 0
    assert abs(now - datetime.now(UTC)) < timedelta(minutes=1)
