"""What came out for all contenders in the same weather, in the figures that tell them apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from simulator.backtest.contender import Counts, ServiceSpec
from simulator.backtest.outcome import Outcome
from simulator.backtest.prices import Prices
from simulator.backtest.weather import WeatherPlan

CLAIRVOYANT: Final = "clairvoyant"


@dataclass(frozen=True, slots=True)
class Figures:
    """One contender's line. Outages are those of single services; costs in dollars, shares of 1.

    cost_of_clairvoyant: its cost as a multiple of the clairvoyant's; None where none took part.
    """

    contender: str
    availability: float
    outages: int
    outage_p50: float
    outage_p95: float
    outage_p99: float
    outage_mean: float
    outage_longest: float
    outage_seconds: float
    degraded_seconds: float
    capacity_seconds_lost: float
    on_demand_share: float
    cost: float
    cost_of_on_demand: float
    cost_of_clairvoyant: float | None
    counts: Counts


@dataclass(frozen=True, slots=True)
class Comparison:
    """The outcomes of one backtest, in the order in which they are to be shown."""

    weather: WeatherPlan
    specs: tuple[ServiceSpec, ...]
    seed: int
    prices: Prices
    outcomes: tuple[Outcome, ...]

    def figures(self) -> tuple[Figures, ...]:
        """Return one line for each contender."""
        costs = {outcome.contender: outcome.cost(self.prices) for outcome in self.outcomes}
        return tuple(self._figures(outcome, costs.get(CLAIRVOYANT)) for outcome in self.outcomes)

    def _figures(self, outcome: Outcome, clairvoyant: float | None) -> Figures:
        score, cost = outcome.total, outcome.cost(self.prices)
        on_demand = outcome.cost_on_demand(self.prices)
        return Figures(
            contender=outcome.contender,
            availability=score.availability,
            outages=len(score.outages),
            outage_p50=score.outage_percentile(50),
            outage_p95=score.outage_percentile(95),
            outage_p99=score.outage_percentile(99),
            outage_mean=score.mean_outage,
            outage_longest=score.longest_outage,
            outage_seconds=score.outage_seconds,
            degraded_seconds=score.degraded_seconds,
            capacity_seconds_lost=score.capacity_seconds_lost,
            on_demand_share=score.on_demand_share,
            cost=cost,
            cost_of_on_demand=cost / on_demand if on_demand else 0.0,
            cost_of_clairvoyant=cost / clairvoyant if clairvoyant else None,
            counts=outcome.counts,
        )
