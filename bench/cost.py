"""What the hub costs a month: fleets of four sizes, with each `metrics.detail`.

Measured as `scale` does it, over the shipped code with an AWS in memory; the month is its busy one. Prices
and assumptions, all of them inputs: `fleet.prices`. Tasks, load balancers and data transfer are the fleet's.
"""

from __future__ import annotations

from typing import Final

from bench.fleet import prices
from bench.fleet.fleet import Fleet, Size
from bench.fleet.hub import log_bytes
from bench.fleet.usage import Usage, total
from bench.report import Figure
from bench.scale import COST_BUDGET, SHARE, Measured, busy_month, measure
from spot_failover.domain.metric import Detail

FLEETS: Final = (
    Size(accounts=1, services=10),
    Size(accounts=2, services=50),
    Size(accounts=20, services=50),
    Size(accounts=200, services=50),
)
# What a failover and its restore write: FailoverCount, DetectionToActionSeconds and Restores.
COUNTERS: Final = 3


def figures() -> list[Figure]:
    return [figure for size in FLEETS for figure in _of_fleet(size)]


def _of_fleet(size: Size) -> list[Figure]:
    # Of a small fleet more fail at once, so that each mode is among them: it is worked out for one of them.
    every = 3 if size.registered * SHARE < len(size.modes) else round(1 / SHARE)
    measured = measure(Fleet(size), every)
    month = busy_month(measured)
    return [_figure(size, detail, of_detail(measured, month, detail)) for detail in Detail]


def of_detail(measured: Measured, month: Usage, detail: Detail) -> Usage:
    """Return a month's usage with finer metrics: what they add, and what their longer lines do."""
    finer = measured.metrics[detail] - measured.metrics[Detail.FLEET]
    written = {
        Detail.FLEET: 0,
        Detail.ACCOUNT: measured.size.accounts,
        Detail.SERVICE: measured.size.registered,
    }
    counters = written[detail] * COUNTERS * prices.FAILOVERS / prices.HOURS
    longer = month[log_bytes(detail)] - month[log_bytes(Detail.FLEET)]
    return total(month, {"metrics": finer + counters, "log bytes": longer})


def _figure(size: Size, detail: Detail, usage: Usage) -> Figure:
    dollars = prices.dollars(usage)
    each = dollars / size.registered
    what = f"{size.registered:,} services in {size.accounts} accounts, metrics.detail {detail}"
    value = f"${dollars:,.2f} a month, ${each:,.4f} a service"
    if size != FLEETS[-1] or detail is not Detail.FLEET:
        return Figure(what, value)
    return Figure(what, value, f"≤ ${COST_BUDGET:.2f} a service", each <= COST_BUDGET)
