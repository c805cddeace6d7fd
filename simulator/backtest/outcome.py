"""What came out for one contender."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.backtest.contender import Counts, ServiceSpec
from simulator.backtest.prices import Prices
from simulator.backtest.score import Score, added_up
from simulator.backtest.timeline import Step


@dataclass(frozen=True, slots=True)
class Outcome:
    """One contender in one weather: a score for every spec, and what it did."""

    contender: str
    scores: Mapping[ServiceSpec, Score]
    counts: Counts
    timeline: tuple[Step, ...]

    @property
    def total(self) -> Score:
        """The scores of all specs added up: its outages are those of single services."""
        return added_up(self.scores.values())

    def cost(self, prices: Prices) -> float:
        """Return the dollars for all that ran."""
        return sum(prices.cost(spec, score) for spec, score in self.scores.items())

    def cost_on_demand(self, prices: Prices) -> float:
        """Return the dollars for all demand, on-demand."""
        return sum(prices.cost_on_demand(spec, score) for spec, score in self.scores.items())
