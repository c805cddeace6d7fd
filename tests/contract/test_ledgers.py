"""The port `Ledgers`."""

import json
import zlib
from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

import pytest

from spot_failover.adapters.ledger import DynamoLedgers, from_ledger, said, to_ledger
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
TASK_DEFINITION = "arn:aws:ecs:eu-central-1:222233334444:task-definition/web"
LEDGER = Ledger(
    HERE,
    at=NOW,
    day=date(2026, 3, 2),
    readings={WEB: Reading(3, 1, 4, 4, 92), API: Reading(0, 0, 0, 0, 100)},
    usage={WEB: Usage(180.5, 60.0, 0.0125), API: Usage()},
    yesterday=Usage(86_400.0, 9_600.0, 1.25),
    advised_at=NOW - MINUTE,
    sizes={f"{TASK_DEFINITION}:7": TaskSize(256, 512, ARM64)},
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


def test_what_another_version_of_the_hub_wrote_more_or_less_of_is_read() -> None:
    item = from_ledger(LEDGER)
    other = said(item)
    other["readings"]["shop"]["web"]["weather"] = "fair"
    del other["usage"]["shop"]["web"]["saved"]
    other["mood"] = "calm"

    read = to_ledger(HERE, item | {"said": zlib.compress(json.dumps(other).encode())})

    assert read.readings == LEDGER.readings
    assert read.usage[WEB] == Usage(180.5, 60.0, 0.0)


@pytest.mark.parametrize("body", [{}, {"said": b"this morning"}, {"said": zlib.compress(b"{")}])
def test_a_ledger_that_cannot_be_read_says_so(hub: Hub, body: dict[str, Any]) -> None:
    table = Table(hub.aws.dynamodb, hub.state_table)
    table.put({"id": f"ledger::{HERE.key}", "looked_at": "2026-03-02T10:00:00Z", **body})

    with pytest.raises(UnreadableItemError, match="ledger::222233334444::eu-central-1 cannot be read"):
        DynamoLedgers(table).load(HERE)


def test_a_place_of_five_thousand_services_fits_into_one_item() -> None:
    chance = Random(1)
    services = [replace(WEB, cluster="production", service=f"team-{n}-some-service") for n in range(5000)]
    ledger = replace(
        LEDGER,
        readings={one: Reading(chance.randrange(100), 10, 110, 110, 100) for one in services},
        usage={one: Usage(*(86_400 * chance.random() for _ in range(3))) for one in services},
        sizes={f"{TASK_DEFINITION}-{n}:{n}": TaskSize(256, 512, ARM64) for n in range(5000)},
    )

    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
    assert len(from_ledger(ledger)["said"]) < 390 * 1024
