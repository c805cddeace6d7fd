"""The command line's way to AWS: what it sends is what the hub reads, and what goes wrong is a sentence."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from moto import mock_aws

from spot_failover.adapters.state import DynamoServices, DynamoSpokes
from spot_failover.adapters.tables import Table
from spot_failover.cli.aws import AwsOperator, connect
from spot_failover.cli.errors import CommandLineError
from spot_failover.cli.program import run
from spot_failover.cli.terminal import Terminal
from spot_failover.domain.command import Command, CommandKind
from spot_failover.domain.identity import ServiceId
from spot_failover.domain.record import Spoke
from spot_failover.events.model import CommandSignal
from spot_failover.events.parser import parse
from tests.contract.examples import HERE, MINUTE, NOW, REGISTRATION, WEB
from tests.contract.hub import HUB_ACCOUNT, REGION, Hub


@pytest.fixture
def operator(hub: Hub) -> AwsOperator:
    return AwsOperator(hub.aws.sts, hub.aws.events, hub.bus_arn)


@pytest.mark.parametrize(
    ("kind", "service", "until"),
    [
        (CommandKind.PAUSE, WEB, NOW + MINUTE),
        (CommandKind.FAILOVER, WEB, None),
        (CommandKind.FREEZE, None, None),
    ],
)
def test_what_is_put_on_the_bus_is_what_the_hub_reads(
    hub: Hub, operator: AwsOperator, kind: CommandKind, service: ServiceId | None, until: Any
) -> None:
    event_id = operator.send(kind, service, "mika", "Load test.", until)

    (request,) = hub.requests
    (entry,) = request.parameters["Entries"]
    assert (request.action, entry["EventBusName"]) == ("events:PutEvents", hub.bus_arn)
    delivered = {
        "id": event_id,
        "source": entry["Source"],
        "detail-type": entry["DetailType"],
        "account": HUB_ACCOUNT,
        "region": REGION,
        "time": NOW.isoformat(),
        "detail": json.loads(entry["Detail"]),
    }
    signal = parse(delivered, drills=False, hub_account=HUB_ACCOUNT, now=NOW + timedelta(seconds=1))
    assert signal == CommandSignal(Command(kind, "mika", "Load test.", event_id, NOW, service, until))


def test_the_author_is_who_aws_says_the_caller_is(operator: AwsOperator) -> None:
    assert operator.author().startswith(f"arn:aws:sts::{HUB_ACCOUNT}:")


def test_a_bus_that_does_not_take_it_is_told(operator: AwsOperator, answers: Any) -> None:
    entry = {"ErrorCode": "AccessDeniedException", "ErrorMessage": "Not this bus."}
    answers("events.PutEvents", {"FailedEntryCount": 1, "Entries": [entry]})

    with pytest.raises(CommandLineError, match="did not take the command"):
        operator.send(CommandKind.FREEZE, None, "mika", "", None)


def typed(*arguments: str, **environment: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    code = run(arguments, environment, Terminal(out, err, now=lambda: NOW), connect)
    return code, out.getvalue(), err.getvalue()


@pytest.fixture
def _anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.delenv("AWS_PROFILE", raising=False)


@pytest.mark.usefixtures("_anywhere")
def test_status_is_read_from_the_hubs_own_tables(hub: Hub) -> None:
    state = Table(hub.aws.dynamodb, hub.state_table)
    DynamoSpokes(state).save(Spoke(HERE))
    DynamoServices(state).register(REGISTRATION, NOW)

    code, out, err = typed("status", "--json", "--table", hub.state_table, AWS_REGION=REGION)

    assert (code, err) == (0, "")
    assert [service["service"] for service in json.loads(out)["services"]] == [WEB.key]


@pytest.mark.usefixtures("_anywhere")
def test_a_table_that_is_not_there_makes_one_doubt_where_one_looks(hub: Hub) -> None:
    code, _, err = typed("status", "--name-prefix", "dev-", AWS_REGION=REGION)

    assert code == 1
    assert "in table dev-ecs_cp_restore_state was refused. AWS says ResourceNotFoundException" in err
    assert err.endswith("not found. Is this the hub's account and region, and its name_prefix?\n")


@pytest.mark.usefixtures("_anywhere")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["status"], "Which region is the hub in? Give --region, or set AWS_REGION."),
        (["status", "--profile", "nobody"], "profile (nobody) could not be found. Look at --profile"),
    ],
)
def test_what_boto3_cannot_begin_with_is_a_sentence(arguments: list[str], said: str) -> None:
    with mock_aws():
        code, _, err = typed(*arguments)

    assert code == 1
    assert said in err


@pytest.mark.usefixtures("_anywhere")
def test_whoever_has_no_credentials_is_told_to_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "none")
    monkeypatch.setenv("AWS_CONFIG_FILE", "none")

    code, _, err = typed("status", AWS_REGION=REGION)

    assert code == 1
    assert err.endswith(
        "Unable to locate credentials. Sign in to the hub's account, or name a profile that has "
        "credentials of it with --profile.\n"
    )
