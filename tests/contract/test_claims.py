"""The port `Services`: one service owns a standby, whoever asks for it next."""

import pytest

from spot_failover.adapters.state import DynamoServices
from spot_failover.adapters.tables import Table
from spot_failover.domain.errors import UnreadableItemError
from spot_failover.domain.identity import ServiceId
from spot_failover.jobs import ports
from tests.contract.examples import HERE, NOW, REGISTRATION, WEB
from tests.contract.hub import Hub

API = ServiceId(HERE.account, HERE.region, "shop", "api")
STANDBY = ServiceId(HERE.account, HERE.region, "shop", "web-standby")


def test_a_standby_that_nobody_claimed_is_nobody_s(services: ports.Services) -> None:
    assert services.owner_of(STANDBY) is None


def test_the_first_who_claims_a_standby_owns_it(services: ports.Services) -> None:
    assert services.claim(STANDBY, WEB) == WEB
    assert services.claim(STANDBY, API) == WEB
    assert services.owner_of(STANDBY) == WEB


def test_a_claim_may_be_repeated(services: ports.Services) -> None:
    services.claim(STANDBY, WEB)

    assert services.claim(STANDBY, WEB) == WEB


def test_a_released_standby_is_free_for_another(services: ports.Services) -> None:
    services.claim(STANDBY, WEB)

    services.release(STANDBY, WEB)

    assert services.owner_of(STANDBY) is None
    assert services.claim(STANDBY, API) == API


def test_nobody_releases_what_is_another_s(services: ports.Services) -> None:
    services.claim(STANDBY, WEB)

    services.release(STANDBY, API)

    assert services.owner_of(STANDBY) == WEB


def test_a_release_may_be_repeated(services: ports.Services) -> None:
    services.claim(STANDBY, WEB)

    services.release(STANDBY, WEB)
    services.release(STANDBY, WEB)

    assert services.owner_of(STANDBY) is None


def test_a_claim_is_neither_a_record_nor_listed(services: ports.Services) -> None:
    services.register(REGISTRATION, NOW)
    services.claim(STANDBY, WEB)

    assert services.load(STANDBY) is None
    assert [record.id for record in services.at(HERE)] == [WEB]


def test_a_standby_may_be_registered_by_itself_beside_its_claim(services: ports.Services) -> None:
    """Its own registration is for the rules to refuse; the tables keep both apart."""
    services.claim(WEB, API)
    services.register(REGISTRATION, NOW)

    assert services.owner_of(WEB) == API
    assert services.load(WEB) is not None


def test_a_claim_can_be_read_in_the_console(hub: Hub) -> None:
    DynamoServices(Table(hub.aws.dynamodb, hub.state_table)).claim(STANDBY, WEB)

    key = "standby::222233334444::eu-central-1::shop::web-standby"
    found = hub.aws.dynamodb.get_item(TableName=hub.state_table, Key={"id": {"S": key}})["Item"]
    assert found == {"id": {"S": key}, "owner": {"S": "222233334444::eu-central-1::shop::web"}}


def test_a_claim_is_one_write(hub: Hub) -> None:
    services = DynamoServices(Table(hub.aws.dynamodb, hub.state_table))

    services.claim(STANDBY, WEB)
    services.release(STANDBY, WEB)

    assert [request.action for request in hub.requests] == ["dynamodb:UpdateItem", "dynamodb:DeleteItem"]
    assert "if_not_exists" in hub.requests[0].parameters["UpdateExpression"]
    assert "ConditionExpression" in hub.requests[1].parameters


def test_a_claim_that_cannot_be_read_is_named(hub: Hub) -> None:
    services = DynamoServices(Table(hub.aws.dynamodb, hub.state_table))
    key = "standby::222233334444::eu-central-1::shop::web-standby"
    hub.aws.dynamodb.put_item(TableName=hub.state_table, Item={"id": {"S": key}, "owner": {"S": "somebody"}})

    with pytest.raises(UnreadableItemError, match=f"item {key} cannot be read"):
        services.owner_of(STANDBY)
    with pytest.raises(UnreadableItemError, match=f"item {key} cannot be read"):
        services.claim(STANDBY, WEB)
