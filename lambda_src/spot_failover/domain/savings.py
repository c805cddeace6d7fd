"""What running on Spot saves, as an estimate: task size, running counts and list prices.

Prices are inputs: AWS changes them, regions differ and every company has its own. Ephemeral storage beyond
the free 20 GB costs the same on both and is left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from spot_failover.domain.ledger import Ledger, Reading, Usage

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from spot_failover.domain.task_definition import TaskSize

ADVICE: Final = "Savings Plans Advice"
# Over this share of a day on demand, a commitment may be cheaper than list prices.
ADVISED_SHARE: Final = 0.10
ADVISED_EVERY: Final = timedelta(days=7)
# The key of prices for all regions that are not named.
ANY_REGION: Final = "*"

_HOUR: Final = 3600.0
_CPU_UNITS: Final = 1024.0
_MIB: Final = 1024.0


@dataclass(frozen=True, slots=True)
class Prices:
    """Dollars an hour, of a vCPU and of a GB. The defaults are what an operator in one region paid."""

    on_demand_vcpu: float = 0.04656
    on_demand_gb: float = 0.00511
    spot_vcpu: float = 0.02049
    spot_gb: float = 0.00225

    def saved_an_hour(self, size: TaskSize) -> float:
        """Return how much less one task costs on Spot."""
        vcpu, gb = size.cpu / _CPU_UNITS, size.memory_mib / _MIB
        return vcpu * (self.on_demand_vcpu - self.spot_vcpu) + gb * (self.on_demand_gb - self.spot_gb)


@dataclass(frozen=True, slots=True)
class PriceList:
    """Prices by region (or ANY_REGION) and architecture; what is not listed has the defaults."""

    listed: Mapping[str, Mapping[str, Prices]] = field(default_factory=dict)

    def of(self, region: str, architecture: str) -> Prices:
        """Return the prices of tasks of one architecture in a region."""
        for place in (region, ANY_REGION):
            if prices := self.listed.get(place, {}).get(architecture):
                return prices
        return Prices()


def parse_prices(document: Any) -> PriceList:  # noqa: ANN401 - JSON
    """Read {region: {architecture: {on_demand_vcpu, on_demand_gb, spot_vcpu, spot_gb}}}.

    Raise AttributeError, TypeError or ValueError where it is not of this form.
    """
    return PriceList(
        {
            region: {
                architecture: Prices(**{name: float(price) for name, price in prices.items()})
                for architecture, prices in architectures.items()
            }
            for region, architectures in document.items()
        }
    )


def used(reading: Reading, size: TaskSize | None, prices: Prices | None, seconds: float) -> Usage:
    """Return what ran for so long; nothing is said to be saved by tasks of unknown size."""
    saved = prices.saved_an_hour(size) * reading.spot * seconds / _HOUR if size and prices else 0.0
    return Usage(reading.spot * seconds, reading.on_demand * seconds, saved)


def advice(ledger: Ledger, now: datetime) -> str | None:
    """Say, at most once a week, that Savings Plans may pay here; None where they need not be thought of."""
    day = ledger.yesterday
    if day is None or day.on_demand_share <= ADVISED_SHARE:
        return None
    if ledger.advised_at and now - ledger.advised_at < ADVISED_EVERY:
        return None
    hours = day.on_demand_seconds / _HOUR
    return (
        f"On the last day {day.on_demand_share:.0%} of the task hours of the protected services here ran on "
        f"demand: {hours:,.0f} of {hours / day.on_demand_share:,.0f} (an estimate, by running counts). Over "
        f"{ADVISED_SHARE:.0%}, consider a Compute Savings Plan for the part that stays: it lowers the price "
        "of Fargate on-demand tasks, and does nothing for Spot. Cost Explorer recommends an amount."
    )
