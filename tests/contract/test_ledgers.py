"""The port `Ledgers`."""

from dataclasses import replace
from datetime import date

import pytest

from spot_failover.adapters.ledger import DynamoLedgers, from_ledger, to_ledger
from spot_failover.adapters.memory import InMemoryLedgers
from spot_failover.adapters.tables import Table
from spot_failover.domain.errors import UnreadableItemError
from spot_failover.domain.identity import Location
from spot_failover.domain.ledger import Ledger, Reading, Usage
from spot_failover.domain.record import Operation
from spot_failover.domain.task_definition import ARM64, TaskSize
from spot_failover.jobs import ports
from tests.contract.conftest import _hub, both
from tests.contract.examples import HERE, MINUTE, NOW, WEB
from tests.contract.hub import Hub

API = replace(WEB, cluster="office", service="api")
LEDGER = Ledger(
    HERE,
    at=NOW,
    day=date(2026, 3, 2),
    readings={WEB: Reading(3, 1, 4, 4, 92), API: Reading(0, 0, 0, 0, 100)},
    usage={WEB: Usage(180.5, 60.0, 0.0125), API: Usage()},
    yesterday=Usage(86_400.0, 9_600.0, 1.25),
    advised_at=NOW - MINUTE,
    sizes={"arn:aws:ecs:eu-central-1:222233334444:task-definition/web:7": TaskSize(256, 512, ARM64)},
    sizes_retry_at=NOW + MINUTE,
    operation=Operation.DRAIN,
)


@both
def ledgers(request: pytest.FixtureRequest) -> ports.Ledgers:
    hub = _hub(request)
    return DynamoLedgers(Table(hub.aws.dynamodb, hub.state_table)) if hub else InMemoryLedgers()


def test_a_place_without_a_ledger_has_none(ledgers: ports.Ledgers) -> None:
    assert ledgers.load(HERE) is None


def test_a_saved_ledger_is_loaded_as_it_was(ledgers: ports.Ledgers) -> None:
    ledgers.save(LEDGER)

    assert ledgers.load(HERE) == LEDGER
    assert ledgers.load(Location(HERE.account, "us-east-1")) is None


def test_a_save_takes_away_what_is_no_longer_so(ledgers: ports.Ledgers) -> None:
    empty = Ledger(HERE, NOW, date(2026, 3, 3))
    ledgers.save(LEDGER)
    ledgers.save(empty)

    assert ledgers.load(HERE) == empty


def test_what_another_version_of_the_hub_wrote_is_read_by_its_columns() -> None:
    item = from_ledger(LEDGER)
    item["columns"]["readings"].append("weather")
    for services in item["readings"].values():
        for row in services.values():
            row.append("fair")
    item["columns"]["usage"] = ["spot_seconds", "on_demand_seconds"]
    item |= {"usage": {"shop": {"web": [180.5, 60]}}, "yesterday": [86_400, 9_600]}

    read = to_ledger(HERE, item)

    assert read.readings == LEDGER.readings
    assert read.usage == {WEB: Usage(180.5, 60, 0.0)}


def test_a_ledger_that_cannot_be_read_says_so(hub: Hub) -> None:
    table = Table(hub.aws.dynamodb, hub.state_table)
    table.put({"id": f"ledger::{HERE.key}", "looked_at": "this morning"})

    with pytest.raises(UnreadableItemError, match="ledger::222233334444::eu-central-1 cannot be read"):
        DynamoLedgers(table).load(HERE)


def test_a_place_of_three_thousand_services_fits_into_one_item() -> None:
    services = [replace(WEB, cluster="production", service=f"team-{n}-some-service") for n in range(3000)]
    ledger = replace(
        LEDGER,
        readings=dict.fromkeys(services, Reading(100, 10, 110, 110, 100)),
        usage=dict.fromkeys(services, Usage(8_640_000.123, 864_000.123, 1234.123456789)),
    )

    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
    def size(value: object) -> int:
        match value:
            case dict():
                return 3 + sum(len(name) + size(member) + 1 for name, member in value.items())
            case list():
                return 3 + sum(size(member) + 1 for member in value)
            case str():
                return len(value)
            case _:
                return len(str(value)) // 2 + 2

    assert size(from_ledger(ledger)) < 400 * 1024
