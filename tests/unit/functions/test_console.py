"""The function `console` as CloudWatch calls it, on the hub's table in moto."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from spot_failover.adapters.ledger import DynamoLedgers
from spot_failover.adapters.state import DynamoServices, DynamoSpokes
from spot_failover.adapters.tables import Table
from spot_failover.domain.errors import SpotFailoverError
from spot_failover.domain.identity import Location, ServiceId
from spot_failover.domain.ledger import Ledger, Reading
from spot_failover.domain.policy import Policy
from spot_failover.domain.record import Pause, Phase, Spoke
from spot_failover.domain.registration import Registration
from spot_failover.functions import console
from spot_failover.functions.composition import utc_now
from spot_failover.functions.settings import SettingsError
from tests.unit.functions.invocations import FUNCTION_ARN, Context
from tests.unit.functions.test_console_page import listed, text

REGION = "eu-west-1"
HERE = Location("222233334444", "eu-central-1")
# As AWS documents it, without what nothing here reads:
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/add_custom_widget_dashboard_about.html
CONTEXT = {
    "dashboardName": "spot-failover-eu-west-1",
    "widgetId": "widget-16",
    "accountId": "111122223333",
    "locale": "en",
    "timezone": {"label": "UTC", "offsetISO": "+00:00", "offsetInMinutes": 0},
    "period": 300,
    "isAutoPeriod": True,
    "theme": "light",
    "linkCharts": True,
    "title": "Services",
    "forms": {"all": {}},
    "params": {"show": "all"},
    "width": 588,
    "height": 369,
}


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[Table]:
    with mock_aws():
        client = boto3.client("dynamodb", region_name=REGION)
        client.create_table(
            TableName="ecs_cp_restore_state",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("id", "parent")],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "parent",
                    "KeySchema": [
                        {"AttributeName": "parent", "KeyType": "HASH"},
                        {"AttributeName": "id", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
        )
        monkeypatch.setenv("STATE_TABLE", "ecs_cp_restore_state")
        monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "dev-spot-failover")
        yield Table(client, "ecs_cp_restore_state")


@pytest.fixture(autouse=True)
def _cold_start() -> Iterator[None]:
    yield
    console._hub.cache_clear()
    package = logging.getLogger("spot_failover")
    package.handlers, package.propagate = [], True
    package.setLevel(logging.NOTSET)
    logging.Logger.manager.loggerDict.pop("dev-spot-failover", None)


def fill(table: Table) -> None:
    """Have one service steady and one on demand, and the survey's counts of both."""
    services, now = DynamoServices(table), utc_now()
    DynamoSpokes(table).save(Spoke(HERE, heard_at=now))
    ids = [ServiceId(HERE.account, HERE.region, "shop", name) for name in ("web", "api")]
    for service in ids:
        services.register(Registration(service, Policy()), now)
    away = services.load(ids[1])
    assert away is not None
    services.save(replace(away, phase=Phase.ON_DEMAND, reason="Spot took five tasks."))
    readings = {ids[0]: Reading(8, 0, 8, 8, 100), ids[1]: Reading(0, 6, 6, 6, 0)}
    DynamoLedgers(table).save(Ledger(HERE, now, now.date(), readings=readings))


def answer(**event: Any) -> str:
    return console.handler({"widgetContext": CONTEXT, **event}, Context())


def test_cloudwatch_is_answered_with_a_page_of_all_services(table: Table) -> None:
    fill(table)

    document = answer(show="all")

    assert listed(document) == ["api", "web"]
    said = text(document)
    assert "Spot took five tasks." in said
    assert "0 Spot, 6 on demand" in said
    assert "8 Spot, 0 on demand" in said
    assert "all 2" in said
    assert f'endpoint="{FUNCTION_ARN}"' in document


def test_parameters_and_what_was_typed_choose_what_is_listed(table: Table) -> None:
    fill(table)

    assert listed(answer(show="on_demand")) == ["api"]
    assert listed(answer(find="web")) == ["web"]
    assert listed(answer(find="web", widgetContext={**CONTEXT, "forms": {"all": {"find": " api "}}})) == [
        "api"
    ]
    assert listed(answer(find="web", widgetContext={**CONTEXT, "forms": {"all": {"find": ""}}})) == [
        "api",
        "web",
    ]


def test_the_theme_is_that_of_the_dashboard(table: Table) -> None:
    assert 'class="sf sf-dark"' in answer(widgetContext={**CONTEXT, "theme": "dark"})


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        (
            {"show": "everything"},
            (
                'The widget\'s parameter show is "everything"; it must be one of all, attention, steady, '
                "failing_over, on_demand, restoring."
            ),
        ),
        ({"show": ["all"]}, "The widget's parameter show is"),
        ({"page": "two"}, 'The widget\'s parameter page is "two"; it must be a whole number.'),
    ],
)
def test_a_parameter_that_makes_no_sense_is_said_and_all_is_shown(
    table: Table, parameters: dict[str, Any], said: str
) -> None:
    fill(table)

    document = answer(**parameters)

    assert said in text(document)
    assert listed(document) == ["api", "web"]


def test_a_frozen_fleet_is_said_above_everything(table: Table) -> None:
    fill(table)
    DynamoServices(table).freeze(Pause(None, "Ann", "a sale"))

    assert text(answer()).strip().startswith("The fleet is frozen by Ann (a sale).")


def test_a_freeze_that_is_over_is_not_said(table: Table) -> None:
    fill(table)
    DynamoServices(table).freeze(Pause(utc_now() - timedelta(minutes=1), "Ann"))

    assert "frozen" not in text(answer())


def test_what_is_wrong_with_a_place_is_said(table: Table) -> None:
    fill(table)
    DynamoSpokes(table).save(Spoke(HERE, last_error="sts:AssumeRole was denied."))

    assert "222233334444 eu-central-1: The last survey met a fault: sts:AssumeRole was denied." in text(
        answer()
    )


def test_it_describes_itself_in_markdown_without_reading_anything() -> None:
    described = console.handler({"describe": True}, Context())

    assert described.startswith("## Spot failover")
    assert "**show**" in described


def test_a_table_that_cannot_be_read_is_a_sentence_in_the_log_and_an_error_for_the_viewer(
    table: Table, capsys: pytest.CaptureFixture[str]
) -> None:
    table.client.delete_table(TableName=table.name)

    with pytest.raises(SpotFailoverError, match="ecs_cp_restore_state"):
        answer()

    assert "The page could not be made: " in capsys.readouterr().out


def test_settings_that_are_missing_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STATE_TABLE", raising=False)

    with pytest.raises(SettingsError, match="STATE_TABLE is missing or empty"):
        answer()
