"""What a month costs: metrics by their detail, in CloudWatch's tiers, on top of what the hub uses."""

from __future__ import annotations

import pytest

from bench.cost import of_detail
from bench.fleet import prices
from bench.fleet.fleet import Fleet, Size
from bench.scale import Measured, busy_month, measure
from spot_failover.domain.metric import Detail

# Written for each service in each minute.
GAUGES = 11


@pytest.fixture(scope="module")
def measured() -> Measured:
    return measure(Fleet(Size(accounts=2, services=3, tasks=2)), every=3)


@pytest.mark.parametrize(
    ("metrics", "dollars"),
    [(0, 0), (10, 3), (10_000, 3_000), (110_000, 13_000), (250_000, 27_000), (1_100_000, 66_500)],
)
def test_metrics_get_cheaper_by_the_ten_thousand(metrics: int, dollars: float) -> None:
    assert prices.dollars({"metrics": metrics}) == pytest.approx(dollars)


def test_a_tick_writes_each_gauge_for_the_fleet_and_for_what_the_detail_names(measured: Measured) -> None:
    assert measured.metrics == {
        Detail.FLEET: GAUGES,
        Detail.ACCOUNT: GAUGES + 2 * GAUGES,
        Detail.SERVICE: GAUGES + 6 * GAUGES,
    }


def test_finer_metrics_add_what_is_written_and_longer_lines(measured: Measured) -> None:
    month = busy_month(measured)
    fleet, account, service = (of_detail(measured, month, detail) for detail in Detail)

    assert fleet == month
    assert fleet["metrics"] == prices.METRICS
    assert account["metrics"] == pytest.approx(prices.METRICS + 2 * GAUGES, abs=0.1)
    assert service["metrics"] == pytest.approx(prices.METRICS + 6 * GAUGES, abs=0.2)
    assert fleet["log bytes"] < account["log bytes"] < service["log bytes"]
    assert fleet["dynamodb write units"] == service["dynamodb write units"]


def test_what_is_paid_whatever_happens_is_part_of_it(measured: Measured) -> None:
    month = busy_month(measured)
    assert [month[name] for name in ("alarms", "dashboards", "keys")] == [prices.ALARMS, 1, 1]
