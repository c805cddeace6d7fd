"""The DynamoDB of the measurements means what DynamoDB means, and bills what DynamoDB bills."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast

import pytest

from bench.fleet.dynamodb import DynamoDb
from spot_failover.adapters.evidence import DynamoEvidenceLog
from spot_failover.adapters.state import DynamoServices
from spot_failover.adapters.tables import Table
from spot_failover.domain.errors import ConflictError
from spot_failover.domain.evidence import Evidence, EvidenceKind
from spot_failover.domain.identity import ServiceId
from spot_failover.domain.policy import Policy
from spot_failover.domain.registration import Registration

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
WEB = ServiceId("222233334444", "eu-west-1", "shop", "web")


class Bill:
    """A table, and the units of the last call."""

    def __init__(self) -> None:
        self.units = (0.0, 0.0)
        self.table = Table(cast("DynamoDBClient", DynamoDb().client(self._told)), "table")

    def _told(self, _: str, reads: float, writes: float) -> None:
        self.units = (reads, writes)


def test_services_are_registered_saved_listed_and_forgotten() -> None:
    services = DynamoServices(Bill().table)
    assert services.register(Registration(WEB, Policy()), NOW)
    assert not services.register(Registration(WEB, Policy(owner="shop")), NOW)
    loaded = services.load(WEB)
    assert loaded
    saved = services.save(replace(loaded, reason="All is well."))
    assert services.at(WEB.location) == [saved]
    assert (saved.policy.owner, saved.reason, saved.version) == ("shop", "All is well.", 1)
    services.forget(saved)
    assert (services.load(WEB), services.at(WEB.location)) == (None, [])


def test_a_write_whose_condition_does_not_hold_is_refused_and_billed() -> None:
    bill = Bill()
    services = DynamoServices(bill.table)
    services.register(Registration(WEB, Policy()), NOW)
    loaded = services.load(WEB)
    assert loaded
    services.save(loaded)
    with pytest.raises(ConflictError):
        services.save(loaded)
    assert bill.units == (0, 1)


def test_evidence_is_read_from_a_time_on() -> None:
    log = DynamoEvidenceLog(Bill().table)
    rows = [
        Evidence(
            EvidenceKind.SPOT_PLACEMENT_FAILURE, NOW + timedelta(seconds=at), f"event-{at}", f"event-{at}"
        )
        for at in (20, 0, 10)
    ]
    for row in rows:
        log.add(WEB, row)
    assert log.read(WEB, NOW + timedelta(seconds=10)) == [rows[2], rows[0]]


@pytest.mark.parametrize(
    ("characters", "indexed", "units"),
    [(1000, False, 1), (1024, False, 2), (1000, True, 2), (3000, True, 6)],
)
def test_a_write_takes_a_unit_for_each_kilobyte_and_as_much_again_for_the_index(
    characters: int, indexed: bool, units: int
) -> None:
    bill = Bill()
    item = {"id": "a", "text": "x" * characters} | ({"parent": "p"} if indexed else {})
    bill.table.put(item)
    assert bill.units == (0, units)


@pytest.mark.parametrize(("characters", "units"), [(10, 1), (4000, 1), (4096, 2)])
def test_a_consistent_read_takes_a_unit_for_four_kilobytes(characters: int, units: int) -> None:
    bill = Bill()
    bill.table.put({"id": "a", "text": "x" * characters})
    bill.table.get("a")
    assert bill.units == (units, 0)


def test_a_read_by_the_index_takes_half_a_unit_for_four_kilobytes_of_all_items() -> None:
    bill = Bill()
    for number in range(10):
        bill.table.put({"id": str(number), "parent": "p", "text": "x" * 1000})
    found = bill.table.query(
        "p",
        IndexName="parent",
        KeyConditionExpression="parent = :parent",
        ExpressionAttributeValues={":parent": "p"},
    )
    assert len(list(found)) == 10
    assert bill.units == (1.5, 0)
