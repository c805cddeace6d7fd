"""The way into the workload accounts: which role is assumed, when, and what is kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from spot_failover.adapters.ecs import SpokeEcs
from spot_failover.adapters.sessions import SpokeSessions
from spot_failover.domain.errors import AccessDeniedError, RefusedError, UnreachableError
from spot_failover.domain.identity import Location
from tests.contract.ecs_answers import described, service
from tests.contract.examples import HERE, NOW, WEB
from tests.contract.hub import Hub
from tests.contract.wire import Answers, refusal, refusal_of_query

OTHER_REGION = Location(HERE.account, "us-east-1")
OTHER_ACCOUNT = Location("333344445555", HERE.region)


@dataclass
class Clock:
    """Says what it is told to."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


def assumed(hub: Hub) -> list[dict[str, str]]:
    return [request.parameters for request in hub.requests if request.action == "sts:AssumeRole"]


def test_the_role_is_assumed_with_the_external_id_under_the_product_s_name(
    sessions: SpokeSessions, hub: Hub
) -> None:
    sessions.ecs(HERE)

    assert assumed(hub) == [
        {
            "RoleArn": f"arn:aws:iam::{HERE.account}:role/CentralSpotAutomationRole",
            "RoleSessionName": "spot-failover",
            "ExternalId": "spot-failover",
        }
    ]


def test_another_partition_has_its_own_role_arns(hub: Hub) -> None:
    sessions = SpokeSessions(hub.aws.session, hub.aws.sts, "aws-cn", "Role", "id", lambda: NOW)

    sessions.ssm(HERE)

    assert assumed(hub)[0]["RoleArn"] == f"arn:aws-cn:iam::{HERE.account}:role/Role"


def test_an_account_s_role_is_assumed_once_for_all_regions_and_clients(
    sessions: SpokeSessions, hub: Hub
) -> None:
    for location in (HERE, OTHER_REGION):
        sessions.ecs(location)
        sessions.ecs_once(location)
        sessions.ssm(location)
        sessions.elbv2(location)
        sessions.scaling(location)

    assert len(assumed(hub)) == 1


def test_each_account_has_its_own_credentials(sessions: SpokeSessions, hub: Hub) -> None:
    keys = {_access_key(sessions, location) for location in (HERE, OTHER_ACCOUNT)}

    assert len(assumed(hub)) == len(keys) == 2


def test_a_client_is_kept_and_made_for_its_region(sessions: SpokeSessions) -> None:
    assert sessions.ecs(HERE) is sessions.ecs(HERE)
    assert sessions.ecs(HERE) is not sessions.ecs_once(HERE)
    assert sessions.ecs(OTHER_REGION).meta.region_name == "us-east-1"


@pytest.fixture
def clock(hub: Hub) -> Clock:
    """Begin when moto's next session does: those last an hour of the real clock."""
    probe = hub.aws.sts.assume_role(
        RoleArn=f"arn:aws:iam::{HERE.account}:role/x", RoleSessionName="probe", DurationSeconds=3600
    )
    hub.requests.clear()
    return Clock(probe["Credentials"]["Expiration"] - timedelta(hours=1))


def test_credentials_are_renewed_before_they_expire(hub: Hub, clock: Clock) -> None:
    sessions = SpokeSessions(hub.aws.session, hub.aws.sts, "aws", "Role", "id", clock)

    first = _access_key(sessions, HERE)
    clock.now += timedelta(minutes=50)
    assert _access_key(sessions, HERE) == first
    clock.now += timedelta(minutes=6)
    assert _access_key(sessions, HERE) != first
    assert len(assumed(hub)) == 2


TURNED_AWAY = [
    "AccessDeniedException",
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "ExpiredTokenException",
]


@pytest.mark.parametrize("code", TURNED_AWAY)
def test_credentials_that_aws_turns_away_are_not_used_again(
    hub: Hub, answers: Answers, clock: Clock, code: str
) -> None:
    """Their role was deleted and created anew: they would be refused for up to an hour."""
    sessions = SpokeSessions(hub.aws.session, hub.aws.sts, "aws", "Role", "id", clock)
    answers("ecs.DescribeServices", refusal(code, "The security token is invalid."), described(service()))
    ecs = SpokeEcs(sessions)
    stale, elsewhere = _access_key(sessions, HERE), _access_key(sessions, OTHER_ACCOUNT)
    clock.now += timedelta(minutes=10)

    with pytest.raises((AccessDeniedError, UnreachableError)):
        ecs.describe(WEB)

    assert ecs.describe(WEB) is not None
    assert _access_key(sessions, HERE) != stale
    assert _access_key(sessions, OTHER_ACCOUNT) == elsewhere


def test_load_balancers_turn_credentials_away_in_words_of_their_own(
    hub: Hub, answers: Answers, clock: Clock
) -> None:
    sessions = SpokeSessions(hub.aws.session, hub.aws.sts, "aws", "Role", "id", clock)
    answers(
        "elastic-load-balancing-v2.DescribeTargetHealth", refusal_of_query("ExpiredToken", "It has expired.")
    )
    stale = _access_key(sessions, HERE)
    clock.now += timedelta(minutes=10)

    with pytest.raises(ClientError):
        sessions.elbv2(HERE).describe_target_health(TargetGroupArn="arn")

    assert _access_key(sessions, HERE) != stale


def test_a_permission_that_lacks_does_not_cost_a_role_session_with_every_call(
    hub: Hub, answers: Answers, clock: Clock
) -> None:
    ecs = SpokeEcs(SpokeSessions(hub.aws.session, hub.aws.sts, "aws", "Role", "id", clock))
    answers("ecs.DescribeServices", *[refusal("AccessDeniedException", "No.")] * 10)

    for _ in range(10):
        with pytest.raises(AccessDeniedError):
            ecs.describe(WEB)
        clock.now += timedelta(seconds=6)

    assert len(assumed(hub)) == 1


def test_other_refusals_are_not_blamed_on_the_credentials(hub: Hub, answers: Answers, clock: Clock) -> None:
    ecs = SpokeEcs(SpokeSessions(hub.aws.session, hub.aws.sts, "aws", "Role", "id", clock))
    answers("ecs.DescribeServices", *[refusal("InvalidParameterException", "No.")] * 2)

    for _ in range(2):
        with pytest.raises(RefusedError):
            ecs.describe(WEB)
        clock.now += timedelta(minutes=10)

    assert len(assumed(hub)) == 1


def test_clients_of_hundreds_of_accounts_do_not_pile_up(
    sessions: SpokeSessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spot_failover.adapters.sessions._CLIENTS_KEPT", 2)
    first = sessions.ecs(HERE)

    sessions.ecs(OTHER_REGION)
    sessions.ecs(OTHER_ACCOUNT)

    assert sessions.ecs(HERE) is not first


def test_a_role_that_may_not_be_assumed_says_what_to_look_at(
    sessions: SpokeSessions, answers: Answers
) -> None:
    said = "User: arn:aws:sts::123456789012:assumed-role/hub/f is not authorized to perform: sts:AssumeRole"
    answers("sts.AssumeRole", refusal_of_query("AccessDenied", said))

    with pytest.raises(AccessDeniedError) as raised:
        sessions.ecs(HERE)
    assert str(raised.value) == (
        "sts:AssumeRole for role arn:aws:iam::222233334444:role/CentralSpotAutomationRole was not allowed. "
        "Apply workload-spoke in that account with the `spoke` output of this hub: the role must exist, "
        f"trust this hub's work role and ask for its external id. AWS says AccessDenied: {said}"
    )


def test_a_failed_attempt_is_not_remembered(sessions: SpokeSessions, answers: Answers) -> None:
    wire = answers("sts.AssumeRole", *[refusal_of_query("AccessDenied", "No.")] * 2)

    for _ in range(2):
        with pytest.raises(AccessDeniedError):
            sessions.ecs(HERE)
    assert len(wire.sent) == 2


def _access_key(sessions: SpokeSessions, location: Location) -> str:
    signer: Any = vars(sessions.ecs(location))["_request_signer"]
    return str(signer._credentials.access_key)
