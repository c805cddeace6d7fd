"""Savings, as an estimate: prices by region and architecture, usage of a day, advice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from spot_failover.domain.identity import Location
from spot_failover.domain.ledger import Ledger, Reading, Usage
from spot_failover.domain.savings import PriceList, Prices, advice, parse_prices, used
from spot_failover.domain.task_definition import ARM64, X86_64, TaskSize
from tests.unit.domain.scene import NOW

HOUR = 3600.0
READING = Reading(spot=200, on_demand=0, demand=200, healthy=200, score=100)
SIZE = TaskSize(cpu=4096, memory_mib=16 * 1024)
CHEAP = Prices(0.04, 0.004, 0.01, 0.001)


def test_the_default_prices_give_what_their_operator_worked_out() -> None:
    """200 tasks of 4 vCPU and 16 GB for 720 hours cost $38,587 on demand; of 95 % of that time on Spot, less.

    The first seed of the requirements, with its numbers: $38,587 - ($11,183 + $4,903 + 5 % of $38,587).
    """
    saved = used(READING, SIZE, Prices(), 0.95 * 720 * HOUR).saved

    assert saved == pytest.approx(38_587 * 0.95 - 11_183 - 4_903, rel=0.005)


def test_task_seconds_are_counted_for_either_capacity() -> None:
    usage = used(replace(READING, spot=3, on_demand=2), TaskSize(1024, 2048), CHEAP, 60)

    assert (usage.spot_seconds, usage.on_demand_seconds) == (180, 120)
    assert usage.saved == pytest.approx(3 * (0.03 + 2 * 0.003) / 60)


def test_tasks_of_unknown_size_save_nothing_that_could_be_told() -> None:
    assert used(READING, None, CHEAP, 60).saved == 0
    assert used(READING, None, CHEAP, 60).spot_seconds == 12_000


def test_a_service_on_demand_saves_nothing() -> None:
    assert used(Reading(0, 10, 10, 10, 100), SIZE, Prices(), HOUR).saved == 0


# --- prices ---


def test_prices_are_found_by_region_and_architecture_then_for_any_region_then_by_default() -> None:
    other = replace(CHEAP, spot_gb=0.002)
    prices = PriceList({"eu-west-1": {ARM64: CHEAP}, "*": {X86_64: other}})

    assert prices.of("eu-west-1", ARM64) == CHEAP
    assert prices.of("eu-west-1", X86_64) == other
    assert prices.of("us-east-1", X86_64) == other
    assert prices.of("us-east-1", ARM64) == Prices()


def test_prices_are_read_as_terraform_writes_them() -> None:
    document = {
        "eu-west-1": {
            "ARM64": {"on_demand_vcpu": 0.04, "on_demand_gb": 0.004, "spot_vcpu": 0.01, "spot_gb": 0.001}
        }
    }
    assert parse_prices(document).of("eu-west-1", ARM64) == CHEAP


@pytest.mark.parametrize(
    "document",
    [
        [],
        {"eu-west-1": []},
        {"eu-west-1": {"ARM64": {"per_hour": 1}}},
        {"x": {"ARM64": {"spot_gb": "cheap"}}},
    ],
)
def test_other_documents_are_refused(document: Any) -> None:
    with pytest.raises((AttributeError, TypeError, ValueError)):
        parse_prices(document)


# --- advice ---


def ledger(spot: float, on_demand: float, **more: Any) -> Ledger:
    yesterday = Usage(spot * HOUR, on_demand * HOUR)
    return Ledger(Location("222233334444", "eu-west-1"), NOW, NOW.date(), yesterday=yesterday, **more)


def test_advice_says_how_much_of_what_ran_on_demand() -> None:
    said = advice(ledger(1700, 300), NOW)

    assert said
    assert "15% of the task hours" in said
    assert "300 of 2,000 (an estimate" in said
    assert "Compute Savings Plan" in said


@pytest.mark.parametrize(("spot", "on_demand"), [(90, 10), (100, 0), (0, 0)])
def test_up_to_a_tenth_on_demand_asks_for_no_advice(spot: float, on_demand: float) -> None:
    assert advice(ledger(spot, on_demand), NOW) is None


def test_a_day_that_is_not_over_asks_for_none() -> None:
    assert advice(replace(ledger(0, 10), yesterday=None), NOW) is None


@pytest.mark.parametrize(("days", "said"), [(6.9, False), (7, True)])
def test_advice_is_given_once_a_week(days: float, said: bool) -> None:
    given = ledger(1, 1, advised_at=NOW - timedelta(days=days))
    assert (advice(given, NOW) is not None) is said
